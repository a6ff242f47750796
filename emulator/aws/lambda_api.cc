#include "emulator/aws/lambda_api.h"

#include <chrono>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>

#include "base/strings.h"
#include "emulator/aws/base64.h"
#include "emulator/aws/environment.h"
#include "emulator/aws/json.h"
#include "emulator/aws/lambda_result.h"
#include "emulator/aws/uri.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::string_view kFunctionsPath = "/2015-03-31/functions";
constexpr std::string_view kAsyncFunctionsPath = "/2014-11-13/functions";

// Figures of AWS's documentation (quotas; Invoke).
constexpr size_t kMaxAsyncPayloadBytes = 1 << 20;
constexpr size_t kMaxClientContextBytes = 3583;

// Bodies over a function's limit are read up to this much more, to be answered in AWS's way.
constexpr uint64_t kOversizeBytes = 8 << 20;

enum class Operation { kUnknown, kList, kGet, kGetConfiguration, kInvoke, kInvokeAsync };

struct Route {
  Operation operation = Operation::kUnknown;
  std::string_view function;  // as it stands in the path
};

// The rest of `path` below `prefix`, without slashes at either end.
std::optional<std::string_view> Below(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  if (!path.empty() && path.front() != '/') return std::nullopt;
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

Route RouteOf(std::string_view method, std::string_view path) {
  const bool is_get = method == "GET";
  const bool is_post = method == "POST";
  if (const auto rest = Below(path, kFunctionsPath)) {
    const size_t slash = rest->find('/');
    const std::string_view function = rest->substr(0, slash);
    const std::string_view verb = slash == std::string_view::npos ? std::string_view() : rest->substr(slash + 1);
    if (is_get && function.empty()) return {Operation::kList, {}};
    if (is_get && verb.empty()) return {Operation::kGet, function};
    if (is_get && verb == "configuration") return {Operation::kGetConfiguration, function};
    if (is_post && verb == "invocations") return {Operation::kInvoke, function};
  } else if (const auto rest = Below(path, kAsyncFunctionsPath)) {
    const size_t slash = rest->find('/');
    if (is_post && slash != std::string_view::npos && rest->substr(slash + 1) == "invoke-async") {
      return {Operation::kInvokeAsync, rest->substr(0, slash)};
    }
  }
  return {};
}

std::string_view Header(const HeaderList& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (EqualsIgnoreCase(key, name)) return value;
  }
  return {};
}

std::string QualifierOf(std::string_view query) {
  for (auto& [key, value] : ParseQuery(query)) {
    if (key == "Qualifier") return std::move(value);
  }
  return "";
}

// The function that a path names, if it can be one.
std::optional<FunctionReference> ReferenceOf(std::string_view encoded) {
  const std::optional<std::string> decoded = PercentDecode(encoded);
  return decoded ? ParseFunctionReference(*decoded) : std::nullopt;
}

json::object Configuration(const FunctionSpec& spec) {
  const auto timeout = std::chrono::ceil<std::chrono::seconds>(spec.limits.timeout).count();
  return {{"FunctionName", spec.name},
          {"FunctionArn", FunctionArn(spec.name)},
          {"Runtime", kLambdaRuntime},
          {"Handler", LambdaHandler(spec)},
          {"Timeout", timeout},
          {"MemorySize", spec.limits.memory_bytes / kMegabyte},
          {"Version", json::string_view(kLatestVersion.data(), kLatestVersion.size())},
          {"PackageType", "Zip"},
          {"State", "Active"},
          {"LastUpdateStatus", "Successful"},
          {"LoggingConfig", {{"LogFormat", "Text"}, {"LogGroup", StrCat("/aws/lambda/", spec.name)}}}};
}

WholeResponse JsonResponse(const json::object& body, const std::string& request_id) {
  WholeResponse response;
  response.headers = {
      {"Content-Type", "application/json"}, {"x-amzn-RequestId", request_id}, {"x-hearth-request-id", request_id}};
  response.body = json::serialize(body);
  return response;
}

WholeResponse GetFunction(const FunctionSpec& spec, Operation operation, const std::string& request_id) {
  if (operation == Operation::kGetConfiguration) return JsonResponse(Configuration(spec), request_id);
  const json::object body{{"Configuration", Configuration(spec)},
                          {"Code", {{"RepositoryType", "local"}, {"Location", StrCat("file://", spec.directory)}}}};
  return JsonResponse(body, request_id);
}

WholeResponse InvalidParameter(std::string_view message, const std::string& request_id) {
  return LambdaApiError(400, "InvalidParameterValueException", message, request_id);
}

WholeResponse PayloadTooLarge(uint64_t limit, const std::string& request_id) {
  return LambdaApiError(413, "RequestTooLargeException",
                        StrCat("Request must be smaller than ", limit, " bytes for the InvokeFunction operation"),
                        request_id);
}

WholeResponse NotAnEventFunction(const FunctionSpec& spec, FunctionKind kind, const WholeRequest& request,
                                 const std::string& request_id) {
  const std::string_view host = Header(request.headers, "host");
  return InvalidParameter(
      StrCat("\"", spec.name, "\" is an HTTP function (kind ", KindName(kind), ") and takes no events: use http://",
             host.empty() ? "localhost:8080" : host, "/", spec.name, "/"),
      request_id);
}

}  // namespace

// One call of Invoke, as its request gives it.
struct LambdaApi::Call {
  std::string request_id;
  std::shared_ptr<const FunctionSpec> spec;
  std::string type;  // RequestResponse, Event or DryRun
  bool log_tail = false;
  std::string client_context;  // JSON
};

bool LambdaApi::Accepts(std::string_view, std::string_view target) const {
  const std::string_view path = SplitTarget(target).path;
  return Below(path, kFunctionsPath).has_value() || Below(path, kAsyncFunctionsPath).has_value();
}

uint64_t LambdaApi::BodyLimit(std::string_view target) const {
  const Route route = RouteOf("POST", SplitTarget(target).path);
  const std::optional<FunctionReference> reference = ReferenceOf(route.function);
  const auto spec = reference ? invoker_.pool().Find(reference->name) : nullptr;
  return RequestLimit(spec ? spec->limits : Limits(), FunctionKind::kLambda) + kOversizeBytes;
}

asio::awaitable<WholeResponse> LambdaApi::Handle(WholeRequest request, CancelToken& cancel) {
  Call call;
  call.request_id = NewRequestId();
  const Target target = SplitTarget(request.target);
  const Route route = RouteOf(request.method, target.path);
  if (route.operation == Operation::kUnknown) {
    co_return LambdaApiError(404, "UnknownOperationException",
                             StrCat("hearth does not implement ", request.method, " ", target.path), call.request_id);
  }
  if (route.operation == Operation::kList) co_return ListFunctions(call.request_id);

  const std::optional<FunctionReference> reference = ReferenceOf(route.function);
  if (!reference) co_return InvalidParameter("not a function name or ARN", call.request_id);
  const std::string qualifier = QualifierOf(target.query);
  if (!qualifier.empty() && !reference->qualifier.empty() && qualifier != reference->qualifier) {
    co_return InvalidParameter("The derived qualifier from the function name does not match the specified qualifier.",
                               call.request_id);
  }
  call.spec = invoker_.pool().Find(reference->name);
  if (call.spec == nullptr) {
    InvocationResult unknown;
    unknown.outcome = Outcome::kNotFound;
    unknown.report.request_id = call.request_id;
    unknown.report.function = reference->name;
    co_return LambdaResponse(unknown, FunctionSpec());
  }
  if (route.operation == Operation::kGet || route.operation == Operation::kGetConfiguration) {
    co_return GetFunction(*call.spec, route.operation, call.request_id);
  }

  call.type = route.operation == Operation::kInvokeAsync ? "Event" : Header(request.headers, "x-amz-invocation-type");
  if (call.type.empty()) call.type = "RequestResponse";
  if (call.type != "RequestResponse" && call.type != "Event" && call.type != "DryRun") {
    co_return InvalidParameter(
        StrCat("InvocationType \"", call.type, "\" is none of RequestResponse, Event and DryRun"), call.request_id);
  }
  call.log_tail = Header(request.headers, "x-amz-log-type") == "Tail";
  if (const std::string_view encoded = Header(request.headers, "x-amz-client-context"); !encoded.empty()) {
    const std::optional<std::string> context = Base64Decode(encoded);
    if (!context || encoded.size() > kMaxClientContextBytes || !ParseJson(*context)) {
      co_return LambdaApiError(400, "InvalidRequestContentException",
                               "Client context must be a valid Base64-encoded JSON object.", call.request_id);
    }
    call.client_context = *context;
  }
  co_return co_await Invoke(std::move(call), std::move(request), cancel);
}

asio::awaitable<WholeResponse> LambdaApi::Invoke(Call call, WholeRequest request, CancelToken& cancel) {
  const uint64_t limit = RequestLimit(call.spec->limits, FunctionKind::kLambda);
  const bool is_event = call.type == "Event";
  if (request.body.size() > limit) co_return PayloadTooLarge(limit, call.request_id);
  if (is_event && request.body.size() > kMaxAsyncPayloadBytes) {
    co_return PayloadTooLarge(kMaxAsyncPayloadBytes, call.request_id);
  }

  FunctionKind kind = call.spec->kind;
  if (kind == FunctionKind::kDetect) {
    InvocationResult probe = co_await invoker_.ResolveKind(call.spec->name, &kind);
    // An Event or DryRun is not the place to learn that the function cannot be loaded.
    if (probe.outcome != Outcome::kOk && call.type == "RequestResponse") {
      probe.report.request_id = call.request_id;
      probe.report.function = call.spec->name;
      co_return LambdaResponse(probe, *call.spec);
    }
  }
  if (kind != FunctionKind::kLambda && kind != FunctionKind::kDetect) {
    co_return NotAnEventFunction(*call.spec, kind, request, call.request_id);
  }
  if (call.type == "RequestResponse") co_return co_await InvokeNow(std::move(call), std::move(request), cancel);

  std::string why;
  if (!request.body.empty() && !ParseJson(request.body, &why)) {
    InvocationResult invalid;
    invalid.outcome = Outcome::kInvalidRequest;
    invalid.error.message = why;
    invalid.report.request_id = call.request_id;
    co_return LambdaResponse(invalid, *call.spec);
  }
  if (is_event) co_return InvokeLater(call, request);
  WholeResponse dry_run;
  dry_run.status = 204;
  dry_run.headers = {{"x-amzn-RequestId", call.request_id}, {"x-hearth-request-id", call.request_id}};
  co_return dry_run;
}

asio::awaitable<WholeResponse> LambdaApi::InvokeNow(Call call, WholeRequest request, CancelToken& cancel) {
  InvokeOptions options;
  options.request_id = call.request_id;
  options.cancel = &cancel;
  options.log_tail = call.log_tail;
  const InvocationResult result = co_await invoker_.InvokeEvent(call.spec->name, std::move(request.body),
                                                                std::move(call.client_context), std::move(options));
  WholeResponse response = LambdaResponse(result, *call.spec);
  if (call.log_tail && response.status == 200) {
    response.headers.emplace_back("X-Amz-Log-Result",
                                  Base64Encode(LambdaLogTail(result, *call.spec, std::chrono::system_clock::now())));
  }
  co_return response;
}

WholeResponse LambdaApi::InvokeLater(const Call& call, const WholeRequest& request) {
  InvokeOptions options;
  options.request_id = call.request_id;
  asio::co_spawn(invoker_.context(), invoker_.InvokeEvent(call.spec->name, request.body, "", std::move(options)),
                 [this](const std::exception_ptr& failed, const InvocationResult& result) {
                   if (failed == nullptr && on_async_) on_async_(result);
                 });
  WholeResponse accepted;
  accepted.status = 202;
  accepted.headers = {{"x-amzn-RequestId", call.request_id}, {"x-hearth-request-id", call.request_id}};
  return accepted;
}

WholeResponse LambdaApi::ListFunctions(const std::string& request_id) const {
  json::array functions;
  for (const auto& spec : invoker_.pool().Functions()) {
    const bool takes_events = spec->kind == FunctionKind::kLambda || spec->kind == FunctionKind::kDetect;
    if (takes_events) functions.push_back(Configuration(*spec));
  }
  return JsonResponse({{"Functions", std::move(functions)}}, request_id);
}

}  // namespace hearth
