#include "cli/invoke_report.h"

#include <chrono>
#include <cstdio>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "cli/client.h"
#include "invoker/outcome.h"

namespace hearth {
namespace {

namespace json = boost::json;

constexpr std::string_view kRed = "31";
constexpr std::string_view kGreen = "32";
constexpr std::string_view kYellow = "33";
constexpr std::string_view kDim = "2";

constexpr double kMegabyte = 1 << 20;
constexpr int kMaxJsonDepth = 1000;

double Milliseconds(const google::protobuf::Duration& duration) {
  return static_cast<double>(duration.seconds()) * 1e3 + duration.nanos() / 1e6;
}

// Three digits that matter: "0.42 ms", "3.1 ms", "120 ms", "2.31 s".
std::string ShownTime(double milliseconds) {
  char text[32];
  if (milliseconds >= 1000) {
    std::snprintf(text, sizeof text, "%.2f s", milliseconds / 1000);
  } else {
    std::snprintf(text, sizeof text,
                  milliseconds < 1     ? "%.2f ms"
                  : milliseconds < 100 ? "%.1f ms"
                                       : "%.0f ms",
                  milliseconds);
  }
  return text;
}

std::string_view OutcomeWord(v1::Outcome outcome) { return OutcomeName(static_cast<Outcome>(outcome)); }

std::string Headline(const v1::InvokeResponse& response, bool colours) {
  if (response.outcome() != v1::OUTCOME_OK) return Coloured(kRed, OutcomeWord(response.outcome()), colours);
  if (!response.has_http()) return Coloured(kGreen, "ok", colours);
  const uint32_t status = response.http().status();
  return Coloured(status < 400 ? kGreen : kYellow, StrCat("HTTP ", status), colours);
}

// "ok in 3.1 ms (zygote, init 2.4 ms), 41 MB"
std::string ReportLine(const v1::InvokeResponse& response, bool colours) {
  const v1::Report& report = response.report();
  const double queue = Milliseconds(report.queue());
  const double init = Milliseconds(report.init());
  std::vector<std::string> details;
  if (!report.start().empty()) details.push_back(Shown(report.start()));
  if (queue >= 1) details.push_back(StrCat("queued ", ShownTime(queue)));
  if (init > 0) details.push_back(StrCat("init ", ShownTime(init)));

  std::string line = StrCat(" in ", ShownTime(queue + init + Milliseconds(report.run())));
  if (!details.empty()) StrAppend(&line, " (", StrJoin(details, ", "), ")");
  if (report.peak_memory_bytes() > 0) {
    char memory[32];
    std::snprintf(memory, sizeof memory, ", %.0f MB", static_cast<double>(report.peak_memory_bytes()) / kMegabyte);
    line += memory;
  }
  return StrCat(Headline(response, colours), Coloured(kDim, line, colours), "\n");
}

std::string FailureText(const v1::Error& error, bool colours) {
  const std::string headline = StrCat(error.type(), ": ", error.message());
  std::string text = ErrorText(headline, colours);
  for (const std::string& line : error.stack()) {
    // The first line of a JavaScript stack repeats type and message.
    const std::string shown = Shown(line);
    if (headline.find(line) != std::string::npos) continue;
    StrAppend(&text, Coloured(kDim, shown, colours), "\n");
  }
  return text;
}

bool IsJson(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::stream_parser parser({}, options);
  boost::system::error_code error;
  parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  return !error;
}

std::string Quoted(std::string_view text) { return json::serialize(json::string_view(text.data(), text.size())); }

// Numbers keep the form in which the function wrote them: its JSON is not parsed and written again.
std::string PayloadMember(const v1::InvokeResponse& response) {
  const std::string& payload = response.payload();
  if (!payload.empty() && IsJson(payload)) return StrCat("\"payload\":", payload);
  if (IsUtf8(payload)) return StrCat("\"payload\":", Quoted(payload));
  return StrCat("\"payload_base64\":", Quoted(absl::Base64Escape(payload)));
}

// Microseconds are as fine as the clocks are worth. Boost.JSON would write 3.1E0.
std::string TimeMember(std::string_view name, const google::protobuf::Duration& duration) {
  char number[32];
  std::snprintf(number, sizeof number, "%.3f", Milliseconds(duration));
  return StrCat("\"", name, "\":", std::string_view(number), ",");
}

std::string ReportJson(const v1::Report& report) {
  return StrCat("{\"request_id\":", Quoted(report.request_id()), ",\"instance\":", Quoted(report.instance()),
                ",\"start\":", Quoted(report.start()), ",", TimeMember("queue_ms", report.queue()),
                TimeMember("init_ms", report.init()), TimeMember("run_ms", report.run()),
                TimeMember("cpu_ms", report.cpu()), "\"peak_memory_bytes\":", report.peak_memory_bytes(), "}");
}

json::object HttpJson(const v1::HttpResponse& http) {
  json::array headers;
  for (const v1::Header& header : http.headers()) headers.push_back(json::array{header.name(), header.value()});
  return {{"status", http.status()}, {"headers", std::move(headers)}};
}

json::object ErrorJson(const v1::Error& error) {
  return {{"type", error.type()},
          {"message", error.message()},
          {"stack", json::array(error.stack().begin(), error.stack().end())}};
}

}  // namespace

std::string ResponseText(const v1::InvokeResponse& response, bool colours) {
  std::string text = Shown(response.log_tail());
  if (!text.empty() && text.back() != '\n') text += '\n';
  if (response.has_error()) text += FailureText(response.error(), colours);
  return text + ReportLine(response, colours);
}

std::string ResponseJson(const v1::InvokeResponse& response) {
  std::string out = StrCat("{\"outcome\":", Quoted(OutcomeWord(response.outcome())), ",", PayloadMember(response));
  if (response.has_http()) StrAppend(&out, ",\"http\":", json::serialize(HttpJson(response.http())));
  if (response.has_error()) StrAppend(&out, ",\"error\":", json::serialize(ErrorJson(response.error())));
  StrAppend(&out, ",\"report\":", ReportJson(response.report()), ",\"log\":", Quoted(ValidUtf8(response.log_tail())),
            "}");
  return out;
}

}  // namespace hearth
