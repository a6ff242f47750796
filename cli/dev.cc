#include "cli/dev.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/strings.h"
#include "cli/exit_code.h"
#include "cli/version.h"
#include "emulator/descendants.h"
#include "emulator/dev/discovery.h"
#include "emulator/dev/host_config.h"
#include "emulator/emulator.h"

namespace hearth {
namespace {

namespace asio = boost::asio;

// Each live instance takes five descriptors.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int RunDev(const DevArguments& arguments) {
  Terminal terminal(arguments.json, arguments.log_format);
  const std::vector<std::string> paths = arguments.paths.empty() ? std::vector<std::string>{"."} : arguments.paths;
  absl::StatusOr<std::vector<FunctionSpec>> functions = Discover(paths);
  if (!functions.ok()) {
    terminal.Error(std::string(functions.status().message()));
    return kExitUsage;
  }
  HostConfig host;
  if (!arguments.config.empty()) {
    absl::StatusOr<HostConfig> read = HostConfig::Read(arguments.config);
    absl::Status status = read.status();
    if (read.ok()) host = *std::move(read);
    for (size_t i = 0; status.ok() && i < functions->size(); ++i) status = host.Apply(&(*functions)[i]);
    if (!status.ok()) {
      terminal.Error(std::string(status.message()));
      return kExitUsage;
    }
  }
  signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();
  AdoptDescendants();

  asio::io_context context(1);
  int exit_code = kExitOk;
  bool stopping = false;
  Emulator emulator(
      context, {.version = kVersion,
                .functions = std::move(*functions),
                .tenants = host.budgets(),
                .host = arguments.host,
                .http_port = arguments.port,
                .grpc_port = arguments.grpc_port,
                .admin_port = arguments.admin_port,
                .log = [&terminal](const LogLine& line) { terminal.Line(line); },
                .on_invocation = [&terminal](const InvocationReport& report) { terminal.Invocation(report); },
                .on_template = [&terminal](const std::string& function, std::string_view state,
                                           const std::string& detail) { terminal.Template(function, state, detail); },
                .on_engine_event =
                    [&terminal](const absl::Status& status) {
                      if (status.ok()) return;
                      terminal.Error(StrCat(std::string(status.message()),
                                            "; live instances go on serving, and a new zygote is being started"));
                    },
                .stems = arguments.stems,
                .rotation = arguments.rotation,
                .sandbox = arguments.sandbox,
                .on_sandbox_incomplete =
                    [&terminal](const std::string& missing) {
                      terminal.Warning(StrCat("the sandbox is incomplete: ", missing,
                                              "; `hearth doctor` and docs/sandbox.md tell more"));
                    }});
  OrphanReaper orphans(context);
  orphans.Start();
  const auto stop = [&](int code) {
    if (std::exchange(stopping, true)) return;
    orphans.Stop();
    exit_code = code;
    emulator.Stop([&context] { context.stop(); });
  };
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    stop(kExitOk);
    // A second one does not wait for anything.
    signals.async_wait([](boost::system::error_code again, int) {
      if (again) return;
      KillDescendants();
      _exit(kExitFailed);
    });
  });
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        const absl::Status status = co_await emulator.Start();
        if (stopping) co_return;
        if (status.ok()) {
          terminal.Ready(emulator, paths);
        } else {
          terminal.Error(std::string(status.message()));
          stop(absl::IsAlreadyExists(status) || absl::IsInvalidArgument(status) ? kExitUsage : kExitFailed);
        }
      },
      asio::detached);
  emulator.Run();
  return exit_code;
}

}  // namespace hearth
