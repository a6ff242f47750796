#include "bench/load/lambda_dialect.h"

#include <openssl/evp.h>

#include <charconv>
#include <cmath>
#include <ctime>

#include <boost/json.hpp>

#include "base/strings.h"
#include "base/utf8.h"
#include "bench/load/http_dialect.h"

namespace hearth::load {
namespace {

namespace json = boost::json;

constexpr size_t kMaxMessageBytes = 200;
constexpr std::string_view kService = "lambda";

// The milliseconds after `label` in the tab-separated fields of a REPORT line; "Init Duration" is not "Duration".
Nanos FieldOf(std::string_view line, std::string_view label) {
  while (!line.empty()) {
    const size_t end = std::min(line.find('\t'), line.size());
    std::string_view field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    if (!field.starts_with(label)) continue;
    field.remove_prefix(label.size());
    double milliseconds = 0;
    const auto [stop, error] = std::from_chars(field.data(), field.data() + field.size(), milliseconds);
    if (error != std::errc() || !(milliseconds >= 0) || milliseconds > 1e9) return kUnknown;
    return std::llround(milliseconds * static_cast<double>(kMillisecond));
  }
  return kUnknown;
}

// {"errorType": …, "errorMessage": …}, or {"Message": …} of the API itself.
std::string ErrorMessage(std::string_view body) {
  boost::system::error_code failed;
  const json::value value = json::parse(json::string_view(body.data(), body.size()), failed);
  if (failed || !value.is_object()) return "";
  std::string text;
  for (const char* key : {"errorType", "errorMessage", "message", "Message"}) {
    const json::value* member = value.as_object().if_contains(key);
    if (member == nullptr || !member->is_string()) continue;
    StrAppend(&text, text.empty() ? "" : ": ", std::string(member->as_string()));
  }
  return ValidUtf8(text.substr(0, kMaxMessageBytes));
}

}  // namespace

void ReadReportLine(std::string_view log, Sample& sample) {
  constexpr std::string_view kReport = "REPORT RequestId:";
  const size_t begin = log.rfind(kReport);
  if (begin == std::string_view::npos) return;
  std::string_view line = log.substr(begin);
  line = line.substr(0, line.find('\n'));
  const Nanos run = FieldOf(line, "Duration: ");
  if (run == kUnknown) return;
  const Nanos init = FieldOf(line, "Init Duration: ");
  sample.phase(Phase::kRun) = run;
  sample.phase(Phase::kInit) = init;
  sample.start = init == kUnknown ? Start::kWarm : Start::kCold;
}

std::string DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return "";
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return "";
  bytes.resize(static_cast<size_t>(size));
  for (size_t i = text.size(); i > 0 && text[i - 1] == '=' && !bytes.empty(); --i) bytes.pop_back();
  return bytes;
}

std::string LambdaApi::Text(std::string_view method, const std::string& path,
                            std::vector<std::pair<std::string, std::string>> headers, std::string_view body) const {
  headers.emplace_back("Host", endpoint_.Authority());
  if (credentials_.has_value()) {
    headers.emplace_back("X-Amz-Date", AwsTimestamp(std::time(nullptr)));
    if (!credentials_->session_token.empty()) {
      headers.emplace_back("X-Amz-Security-Token", credentials_->session_token);
    }
    const SignedRequest request{.method = method, .path = path, .query = "", .headers = headers, .body = body};
    headers.emplace_back("Authorization", SignV4(request, *credentials_, region_, kService));
  }
  return HttpRequestText(method, endpoint_.Authority(), path, headers, body);
}

std::string LambdaApi::Invoke(std::string_view function, std::string_view event) const {
  return Text("POST", StrCat("/2015-03-31/functions/", UriEncode(function, false), "/invocations"),
              {{"Content-Type", "application/json"}, {"X-Amz-Log-Type", "Tail"}}, event);
}

std::string LambdaApi::GetConfiguration(std::string_view function) const {
  return Text("GET", StrCat("/2015-03-31/functions/", UriEncode(function, false), "/configuration"), {}, "");
}

std::string LambdaApi::UpdateConfiguration(std::string_view function, std::string_view body) const {
  return Text("PUT", StrCat("/2015-03-31/functions/", UriEncode(function, false), "/configuration"),
              {{"Content-Type", "application/json"}}, body);
}

std::string_view LambdaDialect::RequestFor(uint32_t function) {
  Prepared& prepared = requests_[function];
  const int64_t now = api_.is_signed() ? std::time(nullptr) : 1;
  if (prepared.text.empty() || now - prepared.at >= kSignatureSeconds) {
    prepared = {api_.Invoke(functions_[function], event_), now};
  }
  return prepared.text;
}

bool LambdaDialect::OnHead(const HttpHead& head, Sample& sample) {
  if (!head.lambda_log.empty()) ReadReportLine(DecodeBase64(head.lambda_log), sample);
  if (!head.hearth_start.empty()) sample.start = ParseStart(head.hearth_start);
  sample.outcome = OutcomeOfStatus(head.status);
  if (sample.outcome == Outcome::kOk && !head.lambda_error.empty()) {
    sample.outcome = Outcome::kFunctionError;
    sample.message = messages_.Add(head.lambda_error);
  } else if (sample.outcome != Outcome::kOk) {
    sample.message =
        messages_.Add(head.lambda_error_type.empty() ? StrCat("HTTP ", head.status)
                                                     : StrCat("HTTP ", head.status, ": ", head.lambda_error_type));
  }
  return sample.outcome != Outcome::kOk;
}

void LambdaDialect::OnEnd(std::string_view body, Sample& sample) {
  if (sample.outcome == Outcome::kOk) return;
  const std::string message = ErrorMessage(body);
  if (message.empty()) return;
  // Lambda has no word of its own for it: "… Task timed out after 3.00 seconds".
  if (sample.outcome == Outcome::kFunctionError && message.find("Task timed out") != std::string::npos) {
    sample.outcome = Outcome::kTimeout;
    sample.message = messages_.Add("Task timed out");
    return;
  }
  sample.message = messages_.Add(message);
}

}  // namespace hearth::load
