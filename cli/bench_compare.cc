#include "cli/bench_compare.h"

#include <unistd.h>

#include <charconv>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "bench/compare/compare.h"
#include "bench/compare/render.h"
#include "bench/compare/result.h"
#include "cli/client.h"
#include "cli/exit_code.h"

namespace hearth {
namespace {

// Nothing if it is no percentage.
std::optional<double> ParsePercent(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  double percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (error != std::errc() || end != text.data() + text.size() || !(percent >= 0)) return std::nullopt;
  return percent;
}

}  // namespace

CLI::App* AddBenchCompare(CLI::App& bench_verb, BenchCompareArguments& arguments) {
  CLI::App* verb = bench_verb.add_subcommand("compare", "Tell what changed between two results, beyond noise");
  verb->add_option("A", arguments.a, "Result of `hearth bench --json`, - for standard input")->required();
  verb->add_option("B", arguments.b, "The result to hold against it")->required();
  verb->add_option("--fail-on-worse", arguments.fail_on_worse,
                   "Exit with 5 if anything got worse, or worse by at least so many percent: --fail-on-worse=5")
      ->expected(0, 1);
  verb->add_flag("--json", arguments.json, "Print one JSON object");
  return verb;
}

int RunBenchCompare(const BenchCompareArguments& arguments) {
  double percent = 0;
  // CLI11 gives an option without its value an empty text.
  if (arguments.fail_on_worse && !arguments.fail_on_worse->empty()) {
    const std::optional<double> parsed = ParsePercent(*arguments.fail_on_worse);
    if (!parsed) {
      return ReportUsageError(StrCat("--fail-on-worse: \"", *arguments.fail_on_worse,
                                     "\" is no percentage; write --fail-on-worse=5, or the files before it"));
    }
    percent = *parsed;
  }
  if (arguments.a == "-" && arguments.b == "-") return ReportUsageError("only one of A and B can be standard input");
  const absl::StatusOr<boost::json::value> a = bench::ReadResult(arguments.a);
  if (!a.ok()) return ReportUsageError(std::string(a.status().message()));
  const absl::StatusOr<boost::json::value> b = bench::ReadResult(arguments.b);
  if (!b.ok()) return ReportUsageError(std::string(b.status().message()));

  const bench::Comparison comparison = bench::Compare(*a, *b);
  const bench::ComparedFile file_a{arguments.a, *a};
  const bench::ComparedFile file_b{arguments.b, *b};
  std::cout << (arguments.json ? bench::ComparisonJson(comparison, file_a, file_b)
                               : bench::ComparisonText(comparison, file_a, file_b, UseColours(STDOUT_FILENO)))
            << std::flush;
  if (!std::cout) return kExitFailed;
  return arguments.fail_on_worse && bench::IsWorse(comparison, percent) ? kExitConditionMet : kExitOk;
}

}  // namespace hearth
