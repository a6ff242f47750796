#include "emulator/aws/function_url.h"

#include <array>
#include <charconv>
#include <ctime>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/strings.h"
#include "base/utf8.h"
#include "emulator/aws/base64.h"
#include "emulator/aws/json.h"
#include "emulator/aws/uri.h"
#include "invoker/http_syntax.h"

namespace hearth {
namespace {

namespace json = boost::json;

constexpr std::string_view kDefaultPort = "80";

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Of one connection or of the framing; a function neither sees nor sets them.
bool IsFraming(std::string_view lower_name) {
  constexpr std::array<std::string_view, 7> kNames = {"connection", "keep-alive", "proxy-connection", "te",
                                                      "trailer",    "upgrade",    "transfer-encoding"};
  return std::find(kNames.begin(), kNames.end(), lower_name) != kNames.end();
}

// Names and values in the order of their first appearance, those of one name joined by commas.
class JoinedPairs {
 public:
  void Add(const std::string& name, std::string_view value) {
    const std::string valid = ValidUtf8(value);
    if (json::value* const old = object_.if_contains(name)) {
      json::string& joined = old->as_string();
      joined.push_back(',');
      joined.append(valid);
    } else {
      object_[name] = valid;
    }
  }
  void Set(const std::string& name, std::string_view value) { object_[name] = ValidUtf8(value); }
  std::string Get(const std::string& name) const {
    const json::value* const value = object_.if_contains(name);
    return value == nullptr ? std::string() : std::string(value->as_string().c_str());
  }
  bool empty() const { return object_.empty(); }
  json::object Take() { return std::move(object_); }

 private:
  json::object object_;
};

void AddCookies(json::array& cookies, std::string_view header) {
  while (!header.empty()) {
    const size_t end = header.find(';');
    if (const std::string_view cookie = Trim(header.substr(0, end)); !cookie.empty()) {
      cookies.emplace_back(ValidUtf8(cookie));
    }
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
  }
}

bool IsText(std::string_view content_type) {
  const std::string type = Lower(Trim(content_type.substr(0, content_type.find(';'))));
  return type.starts_with("text/") || type.ends_with("/json") || type.ends_with("+json") || type.ends_with("/xml") ||
         type.ends_with("+xml") || type.ends_with("/javascript");
}

// "12/Mar/2020:19:03:58 +0000"
std::string LogTime(std::chrono::system_clock::time_point time) {
  constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%02d/%s/%d:%02d:%02d:%02d +0000", utc.tm_mday,
                kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return text;
}

struct Host {
  std::string name;
  std::string port;
};

Host SplitHost(std::string_view header) {
  const size_t colon = header.rfind(':');
  const bool has_port = colon != std::string_view::npos && header.find(']', colon) == std::string_view::npos;
  if (!has_port) return {std::string(header), std::string(kDefaultPort)};
  return {std::string(header.substr(0, colon)), std::string(header.substr(colon + 1))};
}

std::optional<int> StatusCode(const json::value& value) {
  int64_t status = 0;
  if (const int64_t* number = value.if_int64()) {
    status = *number;
  } else if (const json::string* text = value.if_string()) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), status);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  } else {
    return std::nullopt;
  }
  // Interim responses have no body and no end.
  if (status < 200 || status > 599) return std::nullopt;
  return static_cast<int>(status);
}

// How a value of any type stands in a header or a body.
std::string TextOf(const json::value& value) {
  if (const json::string* text = value.if_string()) return std::string(text->data(), text->size());
  return json::serialize(value);
}

absl::Status Invalid(std::string message) {
  return absl::InvalidArgumentError(StrCat("the handler's result is not a response: ", message));
}

absl::Status AddHeaders(const json::value& value, HeaderList& headers) {
  if (!value.is_object()) return Invalid("headers is not an object");
  for (const auto& member : value.as_object()) {
    const std::string name(member.key().data(), member.key().size());
    const std::string lower = Lower(name);
    if (!IsHttpToken(name)) return Invalid(StrCat("\"", name, "\" is not a header name"));
    if (member.value().is_null() || IsFraming(lower) || lower == "content-length") continue;
    std::string text = TextOf(member.value());
    if (!IsHeaderValue(text)) return Invalid(StrCat("header ", name, " contains control characters"));
    headers.emplace_back(name, std::move(text));
  }
  return absl::OkStatus();
}

absl::Status AddSetCookies(const json::value& value, HeaderList& headers) {
  if (!value.is_array()) return Invalid("cookies is not an array");
  for (const json::value& cookie : value.as_array()) {
    std::string text = TextOf(cookie);
    if (!IsHeaderValue(text)) return Invalid("a cookie contains control characters");
    headers.emplace_back("set-cookie", std::move(text));
  }
  return absl::OkStatus();
}

bool IsPresent(const json::value* value) { return value != nullptr && !value->is_null(); }

absl::StatusOr<WholeResponse> ResponseOf(const json::object& result) {
  WholeResponse response;
  const std::optional<int> status = StatusCode(result.at("statusCode"));
  if (!status) return Invalid("statusCode is not a number from 200 to 599");
  response.status = *status;
  if (const json::value* headers = result.if_contains("headers"); IsPresent(headers)) {
    if (absl::Status added = AddHeaders(*headers, response.headers); !added.ok()) return added;
  }
  if (const json::value* cookies = result.if_contains("cookies"); IsPresent(cookies)) {
    if (absl::Status added = AddSetCookies(*cookies, response.headers); !added.ok()) return added;
  }
  if (const json::value* body = result.if_contains("body"); IsPresent(body)) response.body = TextOf(*body);
  if (const json::value* encoded = result.if_contains("isBase64Encoded"); encoded != nullptr && *encoded == true) {
    std::optional<std::string> bytes = Base64Decode(response.body);
    if (!bytes) return Invalid("isBase64Encoded is true, but body is not base64");
    response.body = *std::move(bytes);
  }
  return response;
}

void AddDefaultContentType(HeaderList& headers) {
  for (const auto& header : headers) {
    if (EqualsIgnoreCase(header.first, "content-type")) return;
  }
  headers.emplace_back("Content-Type", "application/json");
}

WholeResponse FailureResponse(Outcome outcome, const InvocationError& error, const std::string& request_id) {
  WholeResponse response = ErrorResponse(outcome, error, request_id);
  // What AWS answers when a function fails; 500 would be a failure of the platform.
  if (outcome == Outcome::kFunctionError || outcome == Outcome::kInitFailed) response.status = 502;
  response.headers.emplace_back("x-amzn-RequestId", request_id);
  return response;
}

}  // namespace

std::string FunctionUrlEvent(std::string_view function, const WholeRequest& request, std::string_view request_id,
                             std::chrono::system_clock::time_point now) {
  const Target target = SplitTarget(request.target);
  const std::string path = ValidUtf8(target.path);

  JoinedPairs headers;
  json::array cookies;
  for (const auto& [name, value] : request.headers) {
    const std::string lower = Lower(name);
    if (lower == "cookie") {
      AddCookies(cookies, value);
    } else if (!IsFraming(lower)) {
      headers.Add(lower, value);
    }
  }
  const std::string content_type = headers.Get("content-type");
  const std::string user_agent = headers.Get("user-agent");
  const Host host = SplitHost(headers.Get("host"));
  headers.Set("x-forwarded-for", request.client_address);
  headers.Set("x-forwarded-port", host.port);
  headers.Set("x-forwarded-proto", "http");

  JoinedPairs query;
  for (const auto& [name, value] : ParseQuery(target.query)) query.Add(ValidUtf8(name), value);

  json::object event{{"version", "2.0"}, {"routeKey", "$default"}, {"rawPath", path}};
  event["rawQueryString"] = ValidUtf8(target.query);
  if (!cookies.empty()) event["cookies"] = std::move(cookies);
  event["headers"] = headers.Take();
  if (!query.empty()) event["queryStringParameters"] = query.Take();
  event["requestContext"] = {
      {"accountId", "anonymous"},
      {"apiId", std::string(function)},
      {"domainName", host.name},
      {"domainPrefix", host.name.substr(0, host.name.find('.'))},
      {"http",
       {{"method", request.method},
        {"path", path},
        {"protocol", "HTTP/1.1"},
        {"sourceIp", request.client_address},
        {"userAgent", user_agent}}},
      {"requestId", std::string(request_id)},
      {"routeKey", "$default"},
      {"stage", "$default"},
      {"time", LogTime(now)},
      {"timeEpoch", std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count()}};
  const bool is_text = IsText(content_type) && IsUtf8(request.body);
  if (!request.body.empty()) event["body"] = is_text ? request.body : Base64Encode(request.body);
  event["isBase64Encoded"] = !request.body.empty() && !is_text;
  return json::serialize(event);
}

absl::StatusOr<WholeResponse> FunctionUrlResponse(std::string_view result) {
  WholeResponse response;
  const std::optional<json::value> value = ParseJson(result);
  if (value && value->is_object() && value->as_object().contains("statusCode")) {
    absl::StatusOr<WholeResponse> structured = ResponseOf(value->as_object());
    if (!structured.ok()) return structured;
    response = *std::move(structured);
  } else if (value && value->is_string()) {
    response.body = TextOf(*value);
  } else {
    response.body = std::string(result);
  }
  AddDefaultContentType(response.headers);
  return response;
}

boost::asio::awaitable<WholeResponse> FunctionUrl::Handle(std::string function, WholeRequest request,
                                                          CancelToken& cancel) {
  InvokeOptions options;
  options.request_id = NewRequestId();
  options.cancel = &cancel;
  const std::string request_id = options.request_id;
  std::string event = FunctionUrlEvent(function, request, request_id, std::chrono::system_clock::now());
  const InvocationResult result =
      co_await invoker_.InvokeEvent(std::move(function), std::move(event), "", std::move(options));
  if (result.outcome != Outcome::kOk) co_return FailureResponse(result.outcome, result.error, request_id);

  absl::StatusOr<WholeResponse> response = FunctionUrlResponse(result.payload);
  if (!response.ok()) {
    const InvocationError error{"Hearth.InvalidResponse", std::string(response.status().message()), {}};
    co_return FailureResponse(Outcome::kInvalidResponse, error, request_id);
  }
  response->headers.emplace_back("x-amzn-RequestId", request_id);
  response->headers.emplace_back("x-hearth-request-id", request_id);
  co_return *std::move(response);
}

}  // namespace hearth
