#include "bench/load/http_dialect.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/json.hpp>

#include "base/strings.h"
#include "base/utf8.h"

namespace hearth::load {
namespace {

namespace json = boost::json;

constexpr int kBadRequest = 400;
constexpr size_t kMaxMessageBytes = 200;

// {"error": {"outcome": …, "message": …}}, as hearth answers for a function that gave no answer.
struct HearthError {
  std::string outcome;
  std::string message;
};

HearthError ParseHearthError(std::string_view body) {
  boost::system::error_code failed;
  const json::value value = json::parse(json::string_view(body.data(), body.size()), failed);
  if (failed || !value.is_object()) return {};
  const json::value* error = value.as_object().if_contains("error");
  if (error == nullptr || !error->is_object()) return {};
  const auto text = [&](const char* key) {
    const json::value* member = error->as_object().if_contains(key);
    return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
  };
  return {text("outcome"), text("message")};
}

}  // namespace

std::string HttpRequestText(std::string_view method, std::string_view authority, std::string_view target,
                            const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body) {
  const auto given = [&](std::string_view name) {
    return std::ranges::any_of(headers, [&](const auto& header) { return EqualsIgnoreCase(header.first, name); });
  };
  std::string text = StrCat(method, " ", target, " HTTP/1.1\r\n");
  if (!given("host")) StrAppend(&text, "Host: ", authority, "\r\n");
  for (const auto& [name, value] : headers) StrAppend(&text, name, ": ", value, "\r\n");
  const bool has_body = !body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (has_body && !given("content-length")) StrAppend(&text, "Content-Length: ", body.size(), "\r\n");
  StrAppend(&text, "\r\n", body);
  return text;
}

Outcome OutcomeOfStatus(int status) {
  switch (status) {
    case 429:
    case 503:
      return Outcome::kThrottled;
    case 408:
    case 504:
      return Outcome::kTimeout;
    default:
      return status < kBadRequest ? Outcome::kOk : Outcome::kError;
  }
}

Outcome OutcomeOfHearth(std::string_view word) {
  if (word == "ok") return Outcome::kOk;
  for (const std::string_view throttled : {"overloaded", "rate_exceeded", "concurrency_exceeded", "queue_timeout"}) {
    if (word == throttled) return Outcome::kThrottled;
  }
  if (word == "timeout" || word == "init_timeout") return Outcome::kTimeout;
  for (const std::string_view failed :
       {"function_error", "init_failed", "memory_exceeded", "cpu_exceeded", "response_too_large", "instance_exited",
        "instance_killed", "invalid_response"}) {
    if (word == failed) return Outcome::kFunctionError;
  }
  return Outcome::kError;
}

void ReadHearthReport(std::string_view report, Sample& sample) {
  while (!report.empty()) {
    const size_t end = std::min(report.find(';'), report.size());
    const std::string_view entry = report.substr(0, end);
    report.remove_prefix(std::min(end + 1, report.size()));
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = entry.substr(0, equals);
    const std::string_view text = entry.substr(equals + 1);
    Phase phase;
    if (name == "queue") {
      phase = Phase::kQueue;
    } else if (name == "fork") {
      phase = Phase::kStart;
    } else if (name == "init") {
      phase = Phase::kInit;
    } else if (name == "run") {
      phase = Phase::kRun;
    } else {
      continue;
    }
    double milliseconds = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
    if (error != std::errc() || !(milliseconds >= 0) || milliseconds > 1e9) continue;
    sample.phase(phase) = std::llround(milliseconds * static_cast<double>(kMillisecond));
  }
  SplitInit(sample);
}

bool PlainHttp::OnHead(const HttpHead& head, Sample& sample) {
  if (!head.hearth_start.empty()) sample.start = ParseStart(head.hearth_start);
  if (!head.hearth_report.empty()) ReadHearthReport(head.hearth_report, sample);
  sample.outcome = OutcomeOfStatus(head.status);
  if (sample.outcome == Outcome::kOk) return false;
  sample.message = messages_.Add(StrCat("HTTP ", head.status));
  // An answer that no function gave is hearth's own.
  return !head.hearth_request_id.empty() && head.hearth_start.empty();
}

void PlainHttp::OnEnd(std::string_view body, Sample& sample) {
  if (body.empty() || sample.outcome == Outcome::kOk) return;
  const HearthError error = ParseHearthError(body);
  if (error.outcome.empty()) return;
  sample.outcome = OutcomeOfHearth(error.outcome);
  sample.message = messages_.Add(ValidUtf8(StrCat(error.outcome, ": ", error.message.substr(0, kMaxMessageBytes))));
}

}  // namespace hearth::load
