#pragma once

namespace hearth {

// What the hearth command returns to its caller. Documented in docs/cli.md.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,       // the function failed, or hearth did
  kExitUsage = 2,        // wrong arguments, configuration or paths
  kExitUnreachable = 3,  // no hearth answers at --grpc
  kExitUnknownFunction = 4,  // exec gives its program's own code instead, or 128 + the signal that ended it
};

}  // namespace hearth
