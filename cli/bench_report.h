#pragma once

// `hearth bench report RESULT.json`: the HTML report of a result that was saved with `hearth bench --json`.
// bench/report makes it; docs/bench.md is the manual.

#include <string>

namespace CLI {
class App;
}

namespace hearth {

struct BenchReportArguments {
  std::string result;
  std::string out;
};

// The subcommand of `hearth bench`.
CLI::App* AddBenchReport(CLI::App& bench_verb, BenchReportArguments& arguments);

// Returns an ExitCode: kExitOk; kExitUsage if the file is no result, or the report cannot be written.
int RunBenchReport(const BenchReportArguments& arguments);

}  // namespace hearth
