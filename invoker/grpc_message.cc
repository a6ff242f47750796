#include "invoker/grpc_message.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "invoker/http_syntax.h"

namespace hearth {
namespace {

constexpr size_t kMaxMethodLength = 64;

// Belong to one connection or to the framing of one message, never to what is carried (RFC 9110, section 7.6.1), or are
// set by the lane itself.
constexpr std::array<std::string_view, 10> kDroppedHeaders = {
    "connection",        "content-length", "keep-alive", "proxy-connection", "te",
    "transfer-encoding", "trailer",        "upgrade",    "expect",           "x-hearth-request-id",
};

bool IsDropped(std::string_view name) {
  return std::any_of(kDroppedHeaders.begin(), kDroppedHeaders.end(),
                     [&](std::string_view dropped) { return EqualsIgnoreCase(dropped, name); });
}

bool IsTarget(std::string_view text) {
  return !text.empty() && text.front() == '/' &&
         std::none_of(text.begin(), text.end(), [](char c) { return IsControlCharacter(c) || c == ' '; });
}

// "specversion" is the one attribute that every CloudEvent in JSON has and that nothing else is likely to have.
bool LooksLikeCloudEvent(std::string_view payload) {
  const size_t start = payload.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && payload[start] == '{' &&
         payload.find("\"specversion\"") != std::string_view::npos;
}

std::string ContentTypeOf(const v1::InvokeRequest& request, FunctionKind kind) {
  if (!request.content_type().empty()) return request.content_type();
  if (kind == FunctionKind::kCloudEvent && LooksLikeCloudEvent(request.payload())) {
    return "application/cloudevents+json";
  }
  return "application/json";
}

}  // namespace

void SetDuration(google::protobuf::Duration* out, std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  out->set_seconds(seconds.count());
  out->set_nanos(static_cast<int32_t>((duration - seconds).count()));
}

absl::StatusOr<HttpRequestHead> HttpHeadOf(const v1::InvokeRequest& request, FunctionKind kind,
                                           std::optional<uint64_t> content_length) {
  const v1::HttpRequest& http = request.http();
  const bool has_body = !content_length.has_value() || *content_length != 0;
  HttpRequestHead head;
  head.content_length = content_length;
  head.method = !http.method().empty() ? http.method() : has_body ? "POST" : "GET";
  head.target = http.path().empty() ? "/" : http.path();
  if (!IsHttpToken(head.method) || head.method.size() > kMaxMethodLength) {
    return absl::InvalidArgumentError("http.method is not an HTTP method");
  }
  if (!IsTarget(head.target)) {
    return absl::InvalidArgumentError("http.path must start with / and contain neither spaces nor control characters");
  }

  bool has_host = false;
  bool has_type = false;
  for (const v1::Header& header : http.headers()) {
    if (!IsHttpToken(header.name())) {
      return absl::InvalidArgumentError(StrCat("not a header name: \"", absl::CHexEscape(header.name()), "\""));
    }
    if (!IsHeaderValue(header.value())) {
      return absl::InvalidArgumentError(StrCat("control characters in the value of header ", header.name()));
    }
    if (IsDropped(header.name())) continue;
    if (EqualsIgnoreCase(header.name(), "host")) has_host = true;
    if (EqualsIgnoreCase(header.name(), "content-type")) has_type = true;
    head.headers.emplace_back(header.name(), header.value());
  }
  if (!has_host) head.headers.emplace_back("Host", StrCat(request.function(), ".localhost"));
  if (has_body && !has_type) {
    std::string type = ContentTypeOf(request, kind);
    if (!IsHeaderValue(type)) return absl::InvalidArgumentError("control characters in content_type");
    head.headers.emplace_back("Content-Type", std::move(type));
  }
  return head;
}

v1::HttpResponse HttpResponseOf(const HttpResponseHead& head) {
  v1::HttpResponse out;
  out.set_status(static_cast<uint32_t>(head.status));
  for (const auto& [name, value] : head.headers) {
    v1::Header* header = out.add_headers();
    header->set_name(ValidUtf8(name));
    header->set_value(ValidUtf8(value));
  }
  return out;
}

grpc::Status StatusOf(const InvocationResult& result) {
  const auto status = [&](grpc::StatusCode code) { return grpc::Status(code, result.error.message); };
  switch (result.outcome) {
    case Outcome::kNotFound:
      return status(grpc::StatusCode::NOT_FOUND);
    case Outcome::kInvalidRequest:
      return status(grpc::StatusCode::INVALID_ARGUMENT);
    case Outcome::kRateExceeded:
    case Outcome::kConcurrencyExceeded:
    case Outcome::kQueueTimeout:
      return status(grpc::StatusCode::RESOURCE_EXHAUSTED);
    case Outcome::kOverloaded:
      return status(result.error.type == "Hearth.ShuttingDown" ? grpc::StatusCode::UNAVAILABLE
                                                               : grpc::StatusCode::RESOURCE_EXHAUSTED);
    case Outcome::kCancelled:
      return status(grpc::StatusCode::CANCELLED);
    default:
      return grpc::Status::OK;
  }
}

v1::InvokeResponse ResponseOf(const InvocationResult& result) {
  v1::InvokeResponse response;
  response.set_outcome(static_cast<v1::Outcome>(result.outcome));
  if (result.outcome != Outcome::kOk) {
    v1::Error* error = response.mutable_error();
    error->set_type(ValidUtf8(result.error.type));
    error->set_message(ValidUtf8(result.error.message));
    for (const std::string& line : result.error.stack) error->add_stack(ValidUtf8(line));
    if (result.error.limit.has_value()) {
      error->mutable_limit()->set_name(result.error.limit->name);
      error->mutable_limit()->set_value(result.error.limit->value);
      error->mutable_limit()->set_used(result.error.limit->used);
    }
  }
  v1::Report* report = response.mutable_report();
  report->set_request_id(ValidUtf8(result.report.request_id));
  report->set_instance(ValidUtf8(result.report.instance));
  report->set_start(result.report.start);
  SetDuration(report->mutable_queue(), result.report.queue);
  if (result.report.init.count() > 0) {
    SetDuration(report->mutable_init(), result.report.init);
    SetDuration(report->mutable_fork(), result.report.fork);
  }
  SetDuration(report->mutable_run(), result.report.run);
  SetDuration(report->mutable_cpu(), result.report.cpu);
  report->set_peak_memory_bytes(result.report.peak_memory_bytes);
  response.set_log_tail(result.log_tail);
  return response;
}

}  // namespace hearth
