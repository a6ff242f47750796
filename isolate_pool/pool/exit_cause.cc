#include "isolate_pool/pool/exit_cause.h"

#include <cstring>

namespace hearth {
namespace {

std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace

std::string Describe(const ExitCause& cause) {
  using Kind = ExitCause::Kind;
  switch (cause.kind) {
    case Kind::kRunning:
      return "the instance is running";
    case Kind::kLaunchFailed:
      return "no instance could be started: " + cause.failure.message;
    case Kind::kInitFailed:
      return cause.failure.message;
    case Kind::kInitTimeout:
      return cause.failure.message;
    case Kind::kProcessExit:
      return "the function ended its process: process.exit(" + std::to_string(cause.code) + ")";
    case Kind::kUncaughtError:
      return "the function's process ended by an uncaught error: " + cause.failure.type + ": " + cause.failure.message;
    case Kind::kSignalled:
      return "the function's process was killed by " + SignalName(cause.signal);
    case Kind::kExited:
      return "the function's process ended with exit code " + std::to_string(cause.code);
    case Kind::kMemoryLimit:
    case Kind::kCpuLimit:
    case Kind::kTimeout:
      return cause.failure.message;
    case Kind::kProtocol:
      return "the instance broke hearth's protocol: " + cause.failure.message;
    case Kind::kStopped:
      return "the instance was stopped";
  }
  return "";
}

}  // namespace hearth
