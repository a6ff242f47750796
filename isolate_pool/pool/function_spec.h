#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "isolate_pool/sandbox/policy.h"

namespace hearth {

// What kind of code a function is; decides how it is loaded and over which lane requests reach it.
enum class FunctionKind {
  kDetect,      // decided by the instance when it has loaded the code
  kLambda,      // exports an AWS Lambda handler; event lane
  kFetch,       // export default { fetch }; HTTP lane
  kServer,      // calls http.createServer().listen(); HTTP lane
  kHttp,        // functions-framework, HTTP signature; HTTP lane
  kCloudEvent,  // functions-framework, CloudEvent signature; HTTP lane
};

// "" for kDetect, else the word used in hearth.toml, logs and the API.
std::string_view KindName(FunctionKind kind);
std::optional<FunctionKind> ParseKind(std::string_view name);

// Limits of one function. Each is enforced; breaching one ends the invocation with an outcome that names the key.
struct Limits {
  // [limits] timeout: wall time of one invocation, initialisation not included. 1 ms to 24 h.
  std::chrono::milliseconds timeout{std::chrono::seconds(60)};
  // [limits] cpu: CPU time of the whole process, all threads, while one invocation runs. 0: none. 1 ms to 24 h.
  std::chrono::milliseconds cpu{0};
  // [limits] init: wall time from fork to ready. The figure is AWS Lambda's init limit.
  std::chrono::milliseconds init{std::chrono::seconds(10)};
  // [limits] memory: resident memory of the instance, Node itself (about 60 MB) included, as cloud platforms count it.
  uint64_t memory_bytes = 512ull << 20;
  // [limits] request: bytes of one request body. 0 stands for the lane's default: see RequestLimit().
  uint64_t request_bytes = 0;
  // [limits] response: bytes of one response body. 0 stands for the lane's default: see ResponseLimit().
  uint64_t response_bytes = 0;
  // What the tenant may have of these two at most, whatever the kind's default is. 0: no bound.
  uint64_t max_request_bytes = 0;
  uint64_t max_response_bytes = 0;
  // [limits] log: bytes of log kept per invocation; what follows is dropped and one marker line says so.
  uint64_t log_bytes = 1ull << 20;
};

// Whether instances may be forked from a process in which the function is initialised already.
enum class TemplateMode {
  kAuto,  // where it is safe
  kOff,
};

struct Scaling {
  // [scaling] concurrency: invocations that share one instance at a time. 0 stands for the kind's default: 1 for
  // lambda (the platform's rule), 80 for the others (Cloud Run's default).
  uint32_t concurrency = 0;
  // [scaling] max_instances.
  uint32_t max_instances = 100;
  // [scaling] min_instances: kept ready also when nothing asks for them.
  uint32_t min_instances = 0;
  // [scaling] max_requests: an instance that has served so many is replaced. 0: never.
  uint32_t max_requests = 0;
  // [scaling] max_age: an instance that has lived so long is replaced. 0: never.
  std::chrono::milliseconds max_age{0};
  // [scaling] freeze: stop the process between invocations, as AWS Lambda does.
  bool freeze = false;
  // [scaling] template: fork instances from an initialised process.
  TemplateMode template_mode = TemplateMode::kAuto;
  // [scaling] idle_timeout: an instance without work for so long is stopped.
  std::chrono::milliseconds idle_timeout{std::chrono::minutes(5)};
  // [scaling] queue: invocations that may wait for an instance; more are rejected at once.
  uint32_t queue_length = 1000;
  // [scaling] queue_age: an invocation that has waited so long for an instance is rejected. 0: never.
  std::chrono::milliseconds queue_age{0};
  // [scaling] max_concurrency: invocations at a time, those that wait included; more are rejected. 0: no bound.
  uint32_t max_concurrency = 0;
  // [scaling] rate: invocations per second; more are rejected. 0: no bound.
  uint32_t rate = 0;
  // [scaling] burst: how many of them may come at once. 0: one second's.
  uint32_t burst = 0;
};

// Of a function that names no tenant.
inline constexpr char kDefaultTenant[] = "default";

// One function as configured or discovered. Immutable once registered; a changed function is a new spec.
struct FunctionSpec {
  std::string name;
  // Tells registrations of the same name apart; given by the pool.
  uint64_t version = 0;
  std::string tenant = kDefaultTenant;
  FunctionKind kind = FunctionKind::kDetect;
  std::string directory;  // absolute; the working directory of its instances
  std::string entry;      // absolute; the file to load
  std::string handler;    // lambda: export, "handler" if empty; http, cloudevent: the framework's target
  std::map<std::string, std::string> environment;
  Limits limits;
  Scaling scaling;
  sandbox::Policy sandbox;  // `user` is filled in for each instance
  // Which keys of limits and scaling the function's own configuration sets ("limits.timeout"), and where ("FILE:LINE").
  std::map<std::string, std::string> configured;
};

inline constexpr uint64_t kMegabyte = 1ull << 20;

// Defaults that depend on the kind. Events: 6 MiB each way, AWS Lambda's synchronous limit. HTTP: 100 MiB up and
// 200 MiB down (the latter is Lambda's limit for streamed responses).
uint64_t RequestLimit(const Limits& limits, FunctionKind kind);
uint64_t ResponseLimit(const Limits& limits, FunctionKind kind);
uint32_t Concurrency(const Scaling& scaling, FunctionKind kind);

}  // namespace hearth
