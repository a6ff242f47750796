#include "cli/bench_target.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "bench/load/function_target.h"
#include "bench/load/http_dialect.h"
#include "bench/load/http_target.h"
#include "bench/load/lambda_cold.h"
#include "bench/load/lambda_dialect.h"
#include "bench/load/processes.h"
#include "bench/load/url.h"
#include "emulator/dev/edit_distance.h"
#include "invoker/http_syntax.h"

namespace hearth {
namespace {

constexpr std::string_view kReportHeader = "x-hearth-report";
constexpr std::string_view kFunctionPrefix = "function:";
constexpr std::string_view kLambdaPrefix = "lambda:";
constexpr std::string_view kInvokePath = "/2015-03-31/functions/";
constexpr std::string_view kInvokeEnd = "/invocations";
constexpr std::string_view kLocalhostSuffix = ".localhost";
constexpr const char* kDefaultEndpoint = "http://localhost:8080";

// All that making a target needs.
struct Maker {
  const BenchArguments& arguments;
  const BenchPlan& plan;
  load::Clock& clock;
  load::MessageTable& messages;
};

absl::Status Usage(const std::string& message) { return absl::InvalidArgumentError(message); }

bool IsLocal(std::string_view host) {
  return EqualsIgnoreCase(host, "localhost") || host.ends_with(kLocalhostSuffix) || host.starts_with("127.") ||
         host == "::1";
}

pid_t LocalListener(const load::Url& url) { return IsLocal(url.host) ? load::FindListener(url.port) : 0; }

// "HOST:PORT" of --grpc.
pid_t GrpcListener(const std::string& grpc) {
  const auto url = load::ParseUrl(StrCat("http://", grpc));
  return url.ok() ? LocalListener(*url) : 0;
}

std::vector<std::string> NamesOf(const v1::StatsResponse& stats) {
  std::vector<std::string> names;
  for (const v1::FunctionStats& function : stats.functions()) names.push_back(function.name());
  return names;
}

absl::Status CheckKnown(const std::vector<std::string>& functions, const std::vector<std::string>& known) {
  for (const std::string& function : functions) {
    if (std::ranges::find(known, function) != known.end()) continue;
    const std::vector<std::string_view> views(known.begin(), known.end());
    const auto closest = Closest(function, views);
    return absl::NotFoundError(
        StrCat("no function named \"", function, "\"",
               closest ? StrCat(": did you mean \"", *closest, "\"?") : StrCat("; known: ", StrJoin(known, ", "))));
  }
  return absl::OkStatus();
}

boost::json::object ServerOf(const v1::StatsResponse& stats) {
  return {{"hearth", stats.hearth_version()}, {"node", stats.node_version()}, {"v8", stats.v8_version()}};
}

// The functions that a scenario of many is about: those of the trace, those that were named, or all there are.
std::vector<std::string> ManyFunctions(const Maker& maker, const std::vector<std::string>& known) {
  if (maker.plan.scenario == Scenario::kTrace) return maker.plan.trace.functions;
  return maker.arguments.functions.empty() ? known : maker.arguments.functions;
}

bool IsOfMany(const BenchPlan& plan) { return plan.scenario == Scenario::kTrace || plan.scenario == Scenario::kMixed; }

absl::Status RunColdCommand(const std::string& command) {
  const int status = std::system(command.c_str());
  if (status == 0) return absl::OkStatus();
  const std::string how = WIFEXITED(status)     ? StrCat("ended with ", WEXITSTATUS(status))
                          : WIFSIGNALED(status) ? StrCat("was ended by signal ", WTERMSIG(status))
                                                : std::string("could not be run");
  return absl::FailedPreconditionError(StrCat("--cold-command: the command ", how));
}

// How a cold start is forced, where that was asked for.
absl::Status SetUpCold(const Maker& maker, BenchTarget& made) {
  if (!maker.plan.cold) return absl::OkStatus();
  if (maker.arguments.cold_command) {
    made.make_cold = [command = *maker.arguments.cold_command] { return RunColdCommand(command); };
  } else if (made.hearth != nullptr && !made.info.functions.empty()) {
    made.make_cold = [hearth = made.hearth, functions = made.info.functions, drop = maker.plan.drop_templates] {
      return hearth->Evict(functions, drop);
    };
  }
  if (maker.arguments.cold_templates && (made.hearth == nullptr || !made.make_cold)) {
    return Usage("--cold-templates: the target is no hearth that --grpc reaches");
  }
  if (maker.plan.scenario != Scenario::kCold || made.make_cold) return absl::OkStatus();
  return Usage(made.hearth != nullptr
                   ? "--scenario cold: which function is to be evicted? Name it with --function"
                   : "--scenario cold: the target is no hearth that --grpc reaches: say how a cold start is forced "
                     "with --cold-command");
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> RequestHeaders(const BenchArguments& arguments) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const std::string& text : arguments.headers) {
    auto header = ParseHeader(text);
    if (!header.ok()) return header.status();
    headers.push_back(*std::move(header));
  }
  return headers;
}

absl::StatusOr<std::unique_ptr<load::Target>> MakeHttpTarget(const Maker& maker, const load::Url& url,
                                                             load::HttpDialect& dialect) {
  const auto address = load::FindServer(url);
  if (!address.ok()) return address.status();
  std::unique_ptr<load::TlsClient> tls;
  if (url.tls) {
    auto made = load::TlsClient::Make(url.host, maker.arguments.insecure);
    if (!made.ok()) return made.status();
    tls = *std::move(made);
  }
  return std::make_unique<load::HttpTarget>(
      *address, std::move(tls), dialect, maker.clock, maker.messages,
      load::HttpTarget::Options{.connections = maker.plan.connections, .timeout = maker.plan.timeout});
}

// The hearth behind an HTTP address, if it is one: that of an explicit --grpc, or the one on the usual gRPC port if the
// same process listens on both.
std::shared_ptr<load::Hearth> FindHearth(const Maker& maker, pid_t process, v1::StatsResponse* stats) {
  const std::string grpc = maker.arguments.grpc.value_or(kDefaultGrpc);
  if (!maker.arguments.grpc && (process == 0 || GrpcListener(grpc) != process)) return nullptr;
  auto hearth = std::make_shared<load::Hearth>(Connect(grpc));
  auto answer = hearth->Stats();
  if (!answer.ok()) return nullptr;
  *stats = *std::move(answer);
  return hearth;
}

// Which function of hearth a URL means: its host, its first path segment, or the only one there is.
std::optional<std::string> FunctionOf(const load::Url& url, const std::vector<std::string>& known) {
  const auto is_known = [&](const std::string& name) { return std::ranges::find(known, name) != known.end(); };
  if (url.host.ends_with(kLocalhostSuffix)) return url.host.substr(0, url.host.size() - kLocalhostSuffix.size());
  std::string segment = url.target.substr(1, url.target.find_first_of("/?", 1) - 1);
  if (is_known(segment)) return segment;
  if (known.size() == 1) return known.front();
  return std::nullopt;
}

absl::Status NameFunctions(const Maker& maker, const load::Url& url, const std::vector<std::string>& known,
                           BenchTarget& made) {
  const BenchArguments& arguments = maker.arguments;
  if (IsOfMany(maker.plan)) {
    made.info.functions = ManyFunctions(maker, known);
    if (made.info.functions.empty()) {
      return Usage("--functions: the target is no hearth that --grpc reaches: name the functions");
    }
  } else if (arguments.function) {
    made.info.functions = {*arguments.function};
  } else if (const auto function = FunctionOf(url, known); function && made.hearth != nullptr) {
    made.info.functions = {*function};
  }
  if (arguments.function && made.hearth == nullptr) {
    return Usage("--function: the target is no hearth that --grpc reaches");
  }
  return made.hearth == nullptr ? absl::OkStatus() : CheckKnown(made.info.functions, known);
}

absl::StatusOr<BenchTarget> MakePlainHttp(const Maker& maker, const load::Url& url) {
  const BenchArguments& arguments = maker.arguments;
  auto headers = RequestHeaders(arguments);
  if (!headers.ok()) return headers.status();
  const auto body = ReadBenchBody(arguments);
  if (!body.ok()) return body.status();
  const std::string method = arguments.method.value_or(body->empty() ? "GET" : "POST");
  if (!IsHttpToken(method)) return Usage(StrCat("--method: \"", method, "\" is no method of HTTP"));
  if (arguments.path) return Usage("--path is for functions over gRPC: the URL has a path");
  if (arguments.phases) headers->emplace_back(kReportHeader, "1");

  BenchTarget made;
  made.info.kind = "http";
  made.info.url = url.Text();
  made.process = LocalListener(url);
  v1::StatsResponse stats;
  made.hearth = FindHearth(maker, made.process, &stats);
  if (made.hearth != nullptr) made.info.server = ServerOf(stats);
  if (absl::Status status = NameFunctions(maker, url, NamesOf(stats), made); !status.ok()) return status;

  std::vector<std::string> requests;
  if (IsOfMany(maker.plan)) {
    const std::string base = url.target.ends_with('/') ? url.target : url.target + "/";
    for (const std::string& function : made.info.functions) {
      requests.push_back(load::HttpRequestText(method, url.Authority(),
                                               StrCat(base, load::UriEncode(function, false), "/"), *headers, *body));
    }
  } else {
    requests.push_back(load::HttpRequestText(method, url.Authority(), url.target, *headers, *body));
  }
  const auto dialect = std::make_shared<load::PlainHttp>(std::move(requests), method == "HEAD", maker.messages);
  made.parts.push_back(dialect);
  auto target = MakeHttpTarget(maker, url, *dialect);
  if (!target.ok()) return target.status();
  made.target = *std::move(target);
  if (absl::Status status = SetUpCold(maker, made); !status.ok()) return status;
  return made;
}

// InvalidArgument if --region asks for a signature and there are no keys to make it with.
absl::StatusOr<load::LambdaApi> MakeLambdaApi(const BenchArguments& arguments, const load::Url& endpoint) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (!arguments.region) return load::LambdaApi(endpoint, "", std::nullopt);
  load::AwsCredentials credentials{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                                   variable("AWS_SESSION_TOKEN")};
  if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
    return Usage("--region: requests are to be signed, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set");
  }
  return load::LambdaApi(endpoint, *arguments.region, std::move(credentials));
}

// AWS's own way to a cold start, for what is no hearth.
void SetUpLambdaCold(const Maker& maker, const load::LambdaApi& api, BenchTarget& made) {
  if (!maker.plan.cold || maker.arguments.cold_command || made.hearth != nullptr) return;
  const auto cold = std::make_shared<load::LambdaColdStart>(api, made.info.functions.front(), maker.arguments.insecure);
  made.make_cold = [cold] { return cold->Force(); };
}

absl::StatusOr<BenchTarget> MakeLambda(const Maker& maker, const load::Url& endpoint, const std::string& function) {
  const BenchArguments& arguments = maker.arguments;
  if (arguments.method || arguments.path || !arguments.headers.empty()) {
    return Usage("--method, --path and --header are for HTTP: a lambda target takes an event, --data");
  }
  if (arguments.function) return Usage("--function is for an http target: this one names its function");
  const auto event = ReadBenchBody(arguments);
  if (!event.ok()) return event.status();
  const auto api = MakeLambdaApi(arguments, endpoint);
  if (!api.ok()) return api.status();

  BenchTarget made;
  made.info.kind = "lambda";
  made.info.url = endpoint.Text();
  made.process = LocalListener(endpoint);
  v1::StatsResponse stats;
  made.hearth = FindHearth(maker, made.process, &stats);
  if (made.hearth != nullptr) made.info.server = ServerOf(stats);
  const std::vector<std::string> known = NamesOf(stats);
  made.info.functions = IsOfMany(maker.plan) ? ManyFunctions(maker, known) : std::vector<std::string>{function};
  if (made.info.functions.empty() || made.info.functions.front().empty()) {
    return Usage("the name of the function is missing: lambda:NAME, or --functions");
  }
  if (made.hearth != nullptr) {
    if (absl::Status status = CheckKnown(made.info.functions, known); !status.ok()) return status;
  }
  const auto dialect =
      std::make_shared<load::LambdaDialect>(*api, made.info.functions, event->empty() ? "{}" : *event, maker.messages);
  made.parts.push_back(dialect);
  auto target = MakeHttpTarget(maker, endpoint, *dialect);
  if (!target.ok()) return target.status();
  made.target = *std::move(target);
  SetUpLambdaCold(maker, *api, made);
  if (absl::Status status = SetUpCold(maker, made); !status.ok()) return status;
  return made;
}

absl::StatusOr<v1::InvokeRequest> GrpcRequest(const BenchArguments& arguments) {
  auto headers = RequestHeaders(arguments);
  if (!headers.ok()) return headers.status();
  auto body = ReadBenchBody(arguments);
  if (!body.ok()) return body.status();
  v1::InvokeRequest request;
  request.set_payload(*std::move(body));
  if (arguments.method || arguments.path || !headers->empty()) {
    v1::HttpRequest& http = *request.mutable_http();
    if (arguments.method) http.set_method(*arguments.method);
    if (arguments.path) http.set_path(*arguments.path);
    for (auto& [name, value] : *headers) {
      v1::Header& header = *http.add_headers();
      header.set_name(name);
      header.set_value(value);
    }
  }
  return request;
}

absl::StatusOr<BenchTarget> MakeFunction(const Maker& maker, const std::string& function) {
  if (maker.arguments.function) return Usage("--function is for an http target: this one names its function");
  const std::string grpc = maker.arguments.grpc.value_or(kDefaultGrpc);
  const auto request = GrpcRequest(maker.arguments);
  if (!request.ok()) return request.status();
  BenchTarget made;
  made.hearth = std::make_shared<load::Hearth>(Connect(grpc));
  const auto stats = made.hearth->Stats();
  if (!stats.ok()) {
    return absl::UnavailableError(
        StrCat("cannot reach hearth at ", grpc, ": is `hearth dev` running? (--grpc HOST:PORT)"));
  }
  const std::vector<std::string> known = NamesOf(*stats);
  made.info = {.kind = "function", .url = StrCat("grpc://", grpc), .functions = {}, .server = ServerOf(*stats)};
  made.info.functions = IsOfMany(maker.plan) ? ManyFunctions(maker, known) : std::vector<std::string>{function};
  if (absl::Status status = CheckKnown(made.info.functions, known); !status.ok()) return status;
  made.process = GrpcListener(grpc);
  std::vector<v1::InvokeRequest> requests;
  for (const std::string& name : made.info.functions) {
    requests.push_back(*request);
    requests.back().set_function(name);
  }
  made.target = std::make_unique<load::FunctionTarget>(
      made.hearth->channel(), std::move(requests), maker.clock, maker.messages,
      load::FunctionTarget::Options{.concurrency = maker.plan.connections, .timeout = maker.plan.timeout});
  if (absl::Status status = SetUpCold(maker, made); !status.ok()) return status;
  return made;
}

// The function of ".../2015-03-31/functions/NAME/invocations".
std::optional<std::string> LambdaFunctionOf(const load::Url& url) {
  if (!url.target.starts_with(kInvokePath) || !url.target.ends_with(kInvokeEnd)) return std::nullopt;
  const size_t size = url.target.size() - kInvokePath.size() - kInvokeEnd.size();
  return url.target.substr(kInvokePath.size(), size);
}

absl::StatusOr<load::Url> LambdaEndpoint(const BenchArguments& arguments) {
  std::string text = kDefaultEndpoint;
  if (arguments.region) text = StrCat("https://lambda.", *arguments.region, ".amazonaws.com");
  auto url = load::ParseUrl(arguments.endpoint.value_or(text));
  if (!url.ok()) return Usage(StrCat("--endpoint: ", std::string(url.status().message())));
  return url;
}

}  // namespace

absl::StatusOr<BenchTarget> MakeBenchTarget(const BenchArguments& arguments, const BenchPlan& plan, load::Clock& clock,
                                            load::MessageTable& messages) {
  const Maker maker{arguments, plan, clock, messages};
  std::string_view name = arguments.target;
  const bool is_url = name.find("://") != std::string_view::npos;
  if (!name.starts_with(kLambdaPrefix) && arguments.endpoint) {
    return Usage("--endpoint is for a lambda target: lambda:NAME");
  }
  if (name.starts_with(kLambdaPrefix)) {
    const auto endpoint = LambdaEndpoint(arguments);
    if (!endpoint.ok()) return endpoint.status();
    return MakeLambda(maker, *endpoint, std::string(name.substr(kLambdaPrefix.size())));
  }
  if (is_url) {
    auto url = load::ParseUrl(name);
    if (!url.ok()) return url.status();
    if (const auto function = LambdaFunctionOf(*url)) {
      url->target = "/";
      return MakeLambda(maker, *url, *function);
    }
    if (arguments.region) return Usage("--region is for a lambda target: lambda:NAME");
    return MakePlainHttp(maker, *url);
  }
  if (arguments.region) return Usage("--region is for a lambda target: lambda:NAME");
  if (name.starts_with(kFunctionPrefix)) name.remove_prefix(kFunctionPrefix.size());
  return MakeFunction(maker, std::string(name));
}

}  // namespace hearth
