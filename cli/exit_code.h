#pragma once

namespace hearth {

// What the hearth command returns to its caller. Documented in docs/cli.md. `hearth exec` gives
// its program's own code instead.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,       // the function failed, or hearth did
  kExitUsage = 2,        // wrong arguments, configuration or paths
  kExitUnreachable = 3,  // no hearth answers at --grpc
  kExitUnknownFunction = 4,
  kExitConditionMet = 5,  // bench: a --fail-if holds; bench compare: --fail-on-worse
};

}  // namespace hearth
