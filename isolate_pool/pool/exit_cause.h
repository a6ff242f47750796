#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isolate_pool/pool/limit_breach.h"

namespace hearth {

// A JavaScript error as it left an instance. Untrusted text.
struct Failure {
  std::string type;  // "TypeError", or "Hearth.<Cause>" for what the runtime found
  std::string message;
  std::vector<std::string> stack;  // lines of error.stack
  std::string frame;               // syntax errors: file:line, source line and caret; else empty
};

// Why an instance ended.
struct ExitCause {
  enum class Kind {
    kRunning,        // it has not
    kLaunchFailed,   // no process was started; failure.message says why
    kInitFailed,     // the function could not be loaded; `failure`
    kInitTimeout,    // limits.init passed
    kProcessExit,    // the function called process.exit(code), or its event loop was told to end
    kUncaughtError,  // an error nobody caught; `failure`
    kSignalled,      // killed by `signal`, from outside or by itself
    kExited,         // ended with `code` without saying why
    kMemoryLimit,    // limits.memory; `used_bytes`, and failure.stack if it could be taken
    kCpuLimit,       // limits.cpu; failure.stack if it could be taken
    kTimeout,        // limits.timeout; failure.stack if it could be taken
    kProtocol,       // it broke the channel's protocol
    kStopped,        // the invoker stopped it: idle, evicted, shutting down
  };

  Kind kind = Kind::kRunning;
  int code = 0;
  int signal = 0;
  uint64_t used_bytes = 0;
  Failure failure;
  std::optional<LimitBreach> limit;  // for the kinds that are breaches
};

// One sentence for people: "the instance was killed by SIGKILL".
std::string Describe(const ExitCause& cause);

}  // namespace hearth
