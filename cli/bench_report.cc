#include "cli/bench_report.h"

#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "bench/compare/result.h"
#include "bench/report/report.h"
#include "cli/client.h"
#include "cli/exit_code.h"

namespace hearth {

CLI::App* AddBenchReport(CLI::App& bench_verb, BenchReportArguments& arguments) {
  CLI::App* verb = bench_verb.add_subcommand("report", "Make an HTML report from a saved result");
  verb->add_option("RESULT", arguments.result, "Result of `hearth bench --json`, - for standard input")->required();
  verb->add_option("-o,--out", arguments.out, "The file to write, - for standard output")->required();
  return verb;
}

int RunBenchReport(const BenchReportArguments& arguments) {
  const absl::StatusOr<boost::json::value> result = bench::ReadResult(arguments.result);
  if (!result.ok()) return ReportUsageError(std::string(result.status().message()));
  const std::string page = bench::RenderReport(*result);
  if (arguments.out == "-") {
    std::cout << page << std::flush;
    return std::cout ? kExitOk : kExitFailed;
  }
  std::ofstream file(arguments.out, std::ios::binary | std::ios::trunc);
  file << page;
  file.close();
  if (!file) return ReportUsageError(StrCat("--out: cannot write \"", arguments.out, "\""));
  return kExitOk;
}

}  // namespace hearth
