#pragma once

// `hearth bench compare A.json B.json`: what changed between two results of `hearth bench --json`, beyond noise.
// bench/compare judges; docs/bench.md is the manual.

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace hearth {

struct BenchCompareArguments {
  std::string a;
  std::string b;
  std::optional<std::string> fail_on_worse;  // percent; empty for any
  bool json = false;
};

// The subcommand of `hearth bench`.
CLI::App* AddBenchCompare(CLI::App& bench_verb, BenchCompareArguments& arguments);

// Returns an ExitCode: kExitOk; kExitUsage if a file is no result; kExitConditionMet if --fail-on-worse holds.
int RunBenchCompare(const BenchCompareArguments& arguments);

}  // namespace hearth
