#pragma once

// hearth as one program: the zygote, the pool, the invoker and its ports, wired together and started in order.
//
//   Emulator emulator(context, std::move(options));
//   asio::co_spawn(context, [&]() -> asio::awaitable<void> {
//     absl::Status status = co_await emulator.Start();
//     …
//   }, asio::detached);
//   context.run();
//
// Core's thread only, which must be the process's main thread (see ZygoteLauncher).

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "absl/status/status.h"
#include "invoker/outcome.h"
#include "isolate_pool/pool/function_spec.h"
#include "isolate_pool/pool/instance.h"
#include "isolate_pool/pool/tenant.h"
#include "isolate_pool/pool/zygote_launcher.h"

namespace hearth {

struct EmulatorOptions {
  std::string version;
  std::vector<FunctionSpec> functions;
  // What the tenants of the functions may use; who is not here has no bounds.
  std::map<std::string, TenantBudget> tenants;
  std::string host = "127.0.0.1";
  // 0: a free one.
  uint16_t http_port = 8080;
  uint16_t grpc_port = 50051;
  uint16_t admin_port = 9464;
  LogSink log;                                                 // every line that a function writes
  std::function<void(const InvocationReport&)> on_invocation;  // every invocation that ended
  // A function's template: "ready", "refused" (detail: why it is not safe to fork the function), or "none" (it was lost).
  std::function<void(const std::string& function, std::string_view state, const std::string& detail)> on_template;
  // The zygote died (a new one is on its way), and then: there is one again. An error, or Ok.
  std::function<void(const absl::Status&)> on_engine_event;
  // Processes forked ahead of need.
  size_t stems = 2;
  ZygoteRotation rotation;
  // Overrides what the functions' configuration says. kOff is for all functions or none.
  std::optional<sandbox::Mode> sandbox;
  // Layers of the sandbox that this machine does not offer (sandbox::Report::Missing): once, and when that changes.
  std::function<void(const std::string& missing)> on_sandbox_incomplete;
};

// A function as it was found at the start.
struct ServedFunction {
  std::string name;
  FunctionKind kind = FunctionKind::kDetect;
  std::string url;
  Outcome outcome = Outcome::kOk;  // of its first initialisation
  InvocationError error;           // unless kOk
  bool initialising = false;       // had not finished when Start returned
};

class Emulator {
 public:
  Emulator(boost::asio::io_context& context, EmulatorOptions options);
  ~Emulator();

  // Binds the ports, starts the zygote, and initialises one instance of each function, so that its kind and its errors
  // are known. Ok when requests can be served; a function that does not initialise is not an error of Start.
  boost::asio::awaitable<absl::Status> Start();

  // In place of context.run(): sleeps a little later while answers are about to come.
  void Run();

  // After Start. "127.0.0.1:8080".
  std::string http_address() const;
  std::string grpc_address() const;
  std::string admin_address() const;
  const std::vector<ServedFunction>& functions() const;

  // Refuses new work, kills every instance and whatever they left behind, and stops the ports. `done` is called when no
  // process is left.
  void Stop(std::function<void()> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth
