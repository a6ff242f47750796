#include "cli/bench_options.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "base/units.h"
#include "invoker/http_syntax.h"

namespace hearth {
namespace {

using load::Nanos;

constexpr std::array<std::string_view, 8> kScenarios = {"cold",       "warm",          "burst", "ramp",
                                                        "sequential", "scale-to-zero", "trace", "mixed"};
constexpr double kDefaultRate = 100;
constexpr double kMaxRate = 10e6;
constexpr size_t kDefaultClosedConnections = 32;
// Of the open loop, which opens them as they are needed.
constexpr size_t kDefaultOpenConnections = 1000;
constexpr size_t kMaxConnections = 60000;
constexpr size_t kDefaultBurst = 50;
constexpr uint64_t kDefaultColdStarts = 100;
constexpr uint64_t kDefaultBursts = 5;
constexpr uint64_t kDefaultIdlePhases = 5;
constexpr Nanos kDefaultDuration = 10 * load::kSecond;
constexpr Nanos kDefaultWarmup = load::kSecond;
constexpr Nanos kDefaultIdleGap = 30 * load::kSecond;
constexpr Nanos kDefaultBurstGap = load::kSecond;

// A flag and the scenarios that take it.
struct FlagUse {
  const char* flag;
  bool given;
  std::vector<Scenario> scenarios;
};

absl::Status Usage(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::StatusOr<Nanos> Duration(const char* flag, const std::optional<std::string>& text, Nanos otherwise) {
  if (!text.has_value()) return otherwise;
  const auto duration = ParseDuration(*text);
  if (!duration.ok()) return Usage(StrCat(flag, ": ", std::string(duration.status().message())));
  return std::chrono::nanoseconds(*duration).count();
}

absl::Status CheckFlags(const BenchArguments& a, Scenario scenario) {
  using S = Scenario;
  const FlagUse uses[] = {
      {"--closed", a.closed, {S::kWarm, S::kMixed}},
      {"--arrivals", a.arrivals.has_value(), {S::kWarm, S::kMixed}},
      {"--rate", a.rate.has_value(), {S::kWarm, S::kRamp, S::kMixed}},
      {"--rate-from", a.rate_from.has_value(), {S::kRamp}},
      {"--connections", a.connections.has_value(), {S::kWarm, S::kRamp, S::kTrace, S::kMixed}},
      {"--duration",
       a.duration.has_value(),
       {S::kCold, S::kWarm, S::kBurst, S::kRamp, S::kSequential, S::kScaleToZero, S::kMixed}},
      {"--warmup", a.warmup.has_value(), {S::kWarm, S::kRamp, S::kSequential, S::kMixed}},
      {"--count", a.count.has_value(), {S::kCold, S::kWarm, S::kBurst, S::kSequential, S::kScaleToZero, S::kMixed}},
      {"--burst", a.burst.has_value(), {S::kBurst}},
      {"--gap", a.gap.has_value(), {S::kBurst, S::kScaleToZero}},
      {"--trace", a.trace.has_value(), {S::kTrace}},
      {"--speed", a.speed.has_value(), {S::kTrace}},
      {"--functions", !a.functions.empty(), {S::kMixed}},
      {"--zipf", a.zipf.has_value(), {S::kMixed}},
      {"--cold-command", a.cold_command.has_value(), {S::kCold, S::kBurst}},
      {"--cold-templates", a.cold_templates.has_value(), {S::kCold, S::kBurst}},
  };
  for (const FlagUse& use : uses) {
    if (!use.given || std::ranges::find(use.scenarios, scenario) != use.scenarios.end()) continue;
    std::vector<std::string_view> names;
    for (const S other : use.scenarios) names.push_back(ScenarioName(other));
    return Usage(StrCat(
        use.flag, " makes no sense with --scenario ", ScenarioName(scenario), ": it is for ", StrJoin(names, ", "),
        scenario == S::kCold && std::string_view(use.flag) == "--connections" ? "; `burst` starts many at once" : ""));
  }
  return absl::OkStatus();
}

absl::Status CheckTogether(const BenchArguments& a) {
  if (a.closed && a.rate) return Usage("--closed and --rate contradict each other: a closed loop takes what it gets");
  if (a.closed && a.arrivals) return Usage("--closed and --arrivals contradict each other: a closed loop has none");
  if (a.duration && a.count) return Usage("--duration and --count contradict each other: the run ends by one of them");
  if (a.data && a.data_file) return Usage("--data and --data-file contradict each other");
  if (a.cold_command && a.cold_templates) return Usage("--cold-command and --cold-templates contradict each other");
  if (a.rate && !(*a.rate > 0 && *a.rate <= kMaxRate)) return Usage("--rate: must be above 0, at most 10000000");
  if (a.rate_from && !(*a.rate_from > 0 && *a.rate_from <= kMaxRate)) return Usage("--rate-from: must be above 0");
  if (a.speed && !(*a.speed > 0 && std::isfinite(*a.speed))) return Usage("--speed: must be above 0");
  if (a.zipf && !(*a.zipf >= 0 && *a.zipf <= 10)) return Usage("--zipf: must be between 0 and 10");
  if (a.json == "-" && a.csv == "-") return Usage("--json and --csv cannot both go to standard output");
  if (a.count && *a.count == 0) return Usage("--count: must be at least 1");
  if (a.connections && (*a.connections == 0 || *a.connections > kMaxConnections)) {
    return Usage(StrCat("--connections: must be between 1 and ", kMaxConnections));
  }
  if (a.burst && (*a.burst == 0 || *a.burst > kMaxConnections)) {
    return Usage(StrCat("--burst: must be between 1 and ", kMaxConnections));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWholeFile(const char* flag, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return Usage(StrCat(flag, ": cannot read \"", path, "\""));
  return text.str();
}

// What the scenario makes of the loop, and its own defaults.
void ApplyScenario(const BenchArguments& a, BenchPlan& plan) {
  using Loop = BenchPlan::Loop;
  switch (plan.scenario) {
    case Scenario::kCold:
      plan.loop = Loop::kRounds;
      plan.cold = true;
      plan.count = a.duration ? 0 : a.count.value_or(kDefaultColdStarts);
      break;
    case Scenario::kBurst:
      plan.loop = Loop::kRounds;
      plan.cold = true;
      plan.round_size = a.burst.value_or(kDefaultBurst);
      plan.count = a.duration ? 0 : a.count.value_or(kDefaultBursts * plan.round_size);
      break;
    case Scenario::kScaleToZero:
      plan.loop = Loop::kRounds;
      plan.count = a.duration ? 0 : a.count.value_or(kDefaultIdlePhases);
      break;
    case Scenario::kSequential:
      plan.loop = Loop::kRounds;
      break;
    case Scenario::kWarm:
    case Scenario::kMixed:
      plan.loop = a.closed ? Loop::kClosed : Loop::kOpen;
      break;
    case Scenario::kRamp:
    case Scenario::kTrace:
      plan.loop = Loop::kOpen;
      break;
  }
  const bool has_warmup = plan.scenario == Scenario::kWarm || plan.scenario == Scenario::kRamp ||
                          plan.scenario == Scenario::kSequential || plan.scenario == Scenario::kMixed;
  if (!has_warmup) plan.warmup = 0;
  if (plan.scenario != Scenario::kScaleToZero && plan.scenario != Scenario::kBurst) plan.gap = 0;
  if (plan.count > 0 || plan.scenario == Scenario::kTrace) plan.duration = 0;
  if (plan.loop == Loop::kRounds) {
    plan.connections = plan.round_size;
  } else {
    plan.connections =
        a.connections.value_or(plan.loop == Loop::kClosed ? kDefaultClosedConnections : kDefaultOpenConnections);
  }
}

}  // namespace

std::string_view ScenarioName(Scenario scenario) { return kScenarios[static_cast<size_t>(scenario)]; }

load::ScenarioInfo BenchPlan::Info() const {
  load::ScenarioInfo info;
  info.name = std::string(ScenarioName(scenario));
  info.loop = loop == Loop::kOpen ? "open" : "closed";
  if (loop == Loop::kOpen) info.arrivals = scenario == Scenario::kTrace ? "trace" : poisson ? "poisson" : "constant";
  if (loop == Loop::kOpen && scenario != Scenario::kTrace) info.rate = rate;
  if (scenario == Scenario::kRamp) info.rate_from = rate_from;
  info.connections = connections;
  info.duration = duration;
  info.warmup = warmup;
  info.count = count;
  info.seed = seed;
  info.gap = gap;
  if (scenario == Scenario::kBurst) info.burst = round_size;
  return info;
}

absl::StatusOr<BenchPlan> MakeBenchPlan(const BenchArguments& a) {
  BenchPlan plan;
  const auto named = std::ranges::find(kScenarios, a.scenario);
  if (named == kScenarios.end()) {
    return Usage(StrCat("--scenario: \"", a.scenario, "\" is none of ", StrJoin(kScenarios, ", ")));
  }
  plan.scenario = static_cast<Scenario>(named - kScenarios.begin());
  if (absl::Status status = CheckFlags(a, plan.scenario); !status.ok()) return status;
  if (absl::Status status = CheckTogether(a); !status.ok()) return status;
  if (plan.scenario == Scenario::kTrace && !a.trace) return Usage("--scenario trace needs --trace FILE");
  if (a.arrivals && *a.arrivals != "constant" && *a.arrivals != "poisson") {
    return Usage(StrCat("--arrivals: \"", *a.arrivals, "\" is neither constant nor poisson"));
  }
  const auto duration = Duration("--duration", a.duration, kDefaultDuration);
  const auto warmup = Duration("--warmup", a.warmup, kDefaultWarmup);
  const bool idles = plan.scenario == Scenario::kScaleToZero;
  const auto gap = Duration("--gap", a.gap, idles ? kDefaultIdleGap : kDefaultBurstGap);
  const auto timeout = Duration("--timeout", a.timeout, 0);
  for (const auto* value : {&duration, &warmup, &gap, &timeout}) {
    if (!value->ok()) return value->status();
  }
  if (*duration == 0) return Usage("--duration: must be above 0");
  if (*timeout == 0) return Usage("--timeout: must be above 0");
  plan.duration = *duration;
  plan.warmup = *warmup;
  plan.gap = *gap;
  plan.timeout = *timeout;
  plan.count = a.count.value_or(0);
  plan.poisson = a.arrivals == "poisson";
  plan.rate = a.rate.value_or(kDefaultRate);
  plan.rate_from = a.rate_from.value_or(1);
  plan.zipf = a.zipf.value_or(1);
  plan.seed = a.seed;
  plan.drop_templates = a.cold_templates == "drop";
  ApplyScenario(a, plan);
  if (a.trace) {
    const auto csv = ReadWholeFile("--trace", *a.trace);
    if (!csv.ok()) return csv.status();
    auto trace = load::ParseTrace(*csv, a.speed.value_or(1));
    if (!trace.ok()) return Usage(StrCat("--trace: ", *a.trace, ": ", std::string(trace.status().message())));
    plan.trace = *std::move(trace);
  }
  return plan;
}

absl::StatusOr<std::pair<std::string, std::string>> ParseHeader(const std::string& text) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    return Usage(StrCat("--header: \"", text, "\" is not \"Name: value\""));
  }
  const size_t begin = text.find_first_not_of(" \t", colon + 1);
  std::pair<std::string, std::string> header(text.substr(0, colon),
                                             begin == std::string::npos ? "" : text.substr(begin));
  if (!IsHttpToken(header.first) || !IsHeaderValue(header.second)) {
    return Usage(StrCat("--header: \"", text, "\" is not a header of HTTP"));
  }
  return header;
}

absl::StatusOr<std::string> ReadBenchBody(const BenchArguments& arguments) {
  if (arguments.data_file) return ReadWholeFile("--data-file", *arguments.data_file);
  return arguments.data.value_or("");
}

void AddBenchOptions(CLI::App& verb, BenchArguments& a) {
  verb.add_option(
      "TARGET", a.target,
      "http[s]://… (any server), the name of a function (over gRPC), or lambda:NAME (AWS's API at --endpoint)");
  verb.add_option("--scenario", a.scenario, "warm, cold, burst, ramp, sequential, scale-to-zero, trace or mixed")
      ->capture_default_str();
  verb.add_option("--rate", a.rate, "Requests per second of the open loop (default: 100); the end of a ramp");
  verb.add_option("--rate-from", a.rate_from, "Requests per second at the beginning of a ramp (default: 1)");
  verb.add_option("--arrivals", a.arrivals, "constant or poisson (default: constant)");
  verb.add_flag("--closed", a.closed, "Closed loop: the next request is sent when one is done");
  verb.add_option("--connections", a.connections,
                  "Requests at a time; at most, in an open loop (default: 32 closed, 1000 open)");
  verb.add_option("--duration", a.duration, "Length of the measurement (default: 10s)");
  verb.add_option("--count", a.count, "Number of requests, instead of a duration");
  verb.add_option("--warmup", a.warmup, "Time before the measurement (default: 1s)");
  verb.add_option("--burst", a.burst, "burst: requests at once (default: 50)");
  verb.add_option("--gap", a.gap, "burst, scale-to-zero: pause between rounds (default: 1s, 30s)");
  verb.add_option("--trace", a.trace, "trace: file of lines \"seconds,function\"");
  verb.add_option("--speed", a.speed, "trace: replay so many times faster");
  verb.add_option("--functions", a.functions, "mixed: names, the most popular one first (default: all of hearth's)")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb.add_option("--zipf", a.zipf, "mixed: exponent of the popularity, 0 for all alike (default: 1)");
  verb.add_option("--seed", a.seed, "Seed of everything that is random")->capture_default_str();
  verb.add_option("--timeout", a.timeout, "Give up a request after this time")->capture_default_str();
  verb.add_option("--method", a.method, "HTTP method (default: GET, POST with data)");
  verb.add_option("--header", a.headers, "\"Name: value\", any number of times")->allow_extra_args(false);
  verb.add_option("--data", a.data, "Body of the request, or the event");
  verb.add_option("--data-file", a.data_file, "The same from a file");
  verb.add_flag("--insecure", a.insecure, "https: take any certificate");
  verb.add_flag("!--no-phases", a.phases, "Do not ask hearth for the phases of each request");
  verb.add_option("--path", a.path, "function: path and query for an HTTP function (default: /)");
  verb.add_option("--grpc", a.grpc, "Where hearth listens for gRPC (default: localhost:50051)");
  verb.add_option("--function", a.function, "cold, burst of an http target: the function of hearth to evict");
  verb.add_option("--cold-templates", a.cold_templates, "cold, burst: keep or drop hearth's templates (default: keep)")
      ->check(CLI::IsMember({"keep", "drop"}));
  verb.add_option("--cold-command", a.cold_command,
                  "cold, burst: shell command that makes the next request a cold start");
  verb.add_option("--endpoint", a.endpoint, "lambda: URL of the API (default: http://localhost:8080)");
  verb.add_option("--region", a.region, "lambda: region of AWS; requests are signed if there are credentials");
  verb.add_option("--json", a.json, "Write the result as JSON to a file, - for standard output");
  verb.add_option("--csv", a.csv, "Write every request to a file, - for standard output");
  verb.add_option("--report", a.report, "Write a page of tables and plots to a file");
  verb.add_option("--fail-if", a.fail_if, "Exit with 5 if this holds, as in 'cold.p99>10ms'; any number of times")
      ->allow_extra_args(false);
  verb.add_flag("--quiet", a.quiet, "No progress, no summary");
}

}  // namespace hearth
