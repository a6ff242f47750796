#pragma once

// `hearth bench TARGET`: puts load on a server or a function, and tells how fast it answered, cold and warm apart.
// docs/bench.md is its manual, bench/load the generator.

#include "cli/bench_options.h"

namespace hearth {

// Returns an ExitCode: kExitOk; kExitUsage; kExitUnreachable; kExitUnknownFunction; kExitFailed if not one request ended
// well; kExitConditionMet if a --fail-if holds.
int RunBench(const BenchArguments& arguments);

}  // namespace hearth
