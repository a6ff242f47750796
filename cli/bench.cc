#include "cli/bench.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "base/strings.h"
#include "bench/load/generator.h"
#include "bench/load/monitor.h"
#include "bench/load/samples_csv.h"
#include "bench/report/report.h"
#include "cli/bench_fail_if.h"
#include "cli/bench_summary.h"
#include "cli/bench_target.h"
#include "cli/exit_code.h"
#include "cli/version.h"

namespace hearth {
namespace {

using load::Nanos;

std::atomic<bool> stop_requested = false;

extern "C" void OnStopSignal(int) { stop_requested.store(true, std::memory_order_relaxed); }

// The first Ctrl-C ends the run and shows what there is, the second one ends the command.
void StopOnSignals() {
  struct sigaction action{};
  action.sa_handler = OnStopSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // OpenSSL writes to connections that may be closed.
  action.sa_handler = SIG_IGN;
  action.sa_flags = 0;
  sigaction(SIGPIPE, &action, nullptr);
}

// One for every connection, and some for the rest.
absl::Status RaiseDescriptorLimit(size_t connections) {
  constexpr rlim_t kOthers = 100;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t needed = connections + kOthers;
  if (limit.rlim_cur >= needed) return absl::OkStatus();
  if (limit.rlim_max < needed) {
    return absl::InvalidArgumentError(
        StrCat("--connections: ", connections, " take ", needed, " descriptors; `ulimit -Hn` allows ", limit.rlim_max));
  }
  limit.rlim_cur = needed;
  setrlimit(RLIMIT_NOFILE, &limit);
  return absl::OkStatus();
}

// So short that a plot has points, so long that each has requests.
Nanos SeriesInterval(const BenchPlan& plan) {
  constexpr Nanos kShort = 100 * load::kMillisecond;
  return plan.duration > 0 && plan.duration <= 10 * load::kSecond ? kShort : load::kSecond;
}

// A line that is written over, on a terminal only.
class ProgressLine {
 public:
  ProgressLine(bool shown, Nanos interval) : shown_(shown), interval_(interval) {}

  void Add(const load::Interval& interval) {
    elapsed_ += interval_;
    since_ += interval_;
    sum_.done += interval.done;
    sum_.cold += interval.cold;
    sum_.marked += interval.marked;
    sum_.failed += interval.failed;
    if (interval.p50 != load::kUnknown) {
      sum_.p50 = interval.p50;
      sum_.p99 = std::max(sum_.p99, interval.p99);
    }
    if (!shown_ || since_ < load::kSecond) return;
    const auto seconds = [](Nanos time) { return static_cast<double>(time) / 1e9; };
    std::fprintf(stderr, "\r\x1b[K%s", BenchProgress(seconds(elapsed_), sum_, seconds(since_)).c_str());
    since_ = 0;
    sum_ = load::Interval();
  }
  void End() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
  }

 private:
  const bool shown_;
  const Nanos interval_;
  Nanos elapsed_ = 0;
  Nanos since_ = 0;
  load::Interval sum_;
};

absl::Status RunPlan(const BenchPlan& plan, const BenchTarget& target, load::Generator& generator) {
  const size_t functions = std::max<size_t>(target.info.functions.size(), 1);
  const load::Limits limits{
      .warmup = plan.warmup, .duration = plan.duration, .count = plan.count, .timeout = plan.timeout};
  load::FunctionMix mix(functions, plan.zipf, plan.seed);
  if (plan.loop == BenchPlan::Loop::kClosed) {
    generator.RunClosed(plan.connections, std::move(mix), limits);
    return absl::OkStatus();
  }
  if (plan.loop == BenchPlan::Loop::kRounds) {
    const load::Rounds rounds{
        .size = plan.round_size, .gap = plan.gap, .before = plan.cold ? target.make_cold : nullptr};
    return generator.RunRounds(rounds, std::move(mix), limits);
  }
  const Nanos length = plan.duration > 0 ? plan.warmup + plan.duration : INT64_MAX;
  std::unique_ptr<load::Arrivals> arrivals;
  if (plan.scenario == Scenario::kTrace) {
    arrivals = load::TraceArrivals(plan.trace.arrivals);
  } else if (plan.scenario == Scenario::kRamp) {
    arrivals = load::RampArrivals(plan.rate_from, plan.rate, plan.warmup, plan.duration, std::move(mix));
  } else if (plan.poisson) {
    arrivals = load::PoissonArrivals(plan.rate, length, std::move(mix), plan.seed);
  } else {
    arrivals = load::ConstantArrivals(plan.rate, length, std::move(mix));
  }
  generator.RunOpen(*arrivals, limits);
  return absl::OkStatus();
}

// "-" is standard output.
absl::Status WriteFile(const char* flag, const std::string& path, const std::string& text) {
  if (path == "-") {
    std::cout << text << std::flush;
    return std::cout ? absl::OkStatus() : absl::InternalError(StrCat(flag, ": cannot write to standard output"));
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file ? absl::OkStatus() : absl::InternalError(StrCat(flag, ": cannot write \"", path, "\""));
}

int Fail(const absl::Status& status) {
  const std::string text = ErrorText(std::string(status.message()), UseColours(STDERR_FILENO));
  std::fwrite(text.data(), 1, text.size(), stderr);
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kUnavailable:
      return kExitUnreachable;
    case absl::StatusCode::kNotFound:
      return kExitUnknownFunction;
    default:
      return kExitFailed;
  }
}

// What the figures do not say by themselves.
boost::json::array Warnings(const BenchPlan& plan, const BenchTarget& target, const load::Recorder& recorder) {
  boost::json::array warnings;
  const uint64_t ok = recorder.outcome(load::Outcome::kOk);
  const uint64_t warm = recorder.Warm().latency.count();
  if (plan.scenario == Scenario::kCold && warm > 0) {
    warnings.emplace_back(StrCat(warm, " of ", ok, " requests found an instance, although it was to be a cold start"));
  }
  if (plan.scenario == Scenario::kCold && ok > 0 && recorder.unmarked() == ok) {
    warnings.emplace_back("the platform does not say which requests were cold starts");
  }
  if (plan.scenario == Scenario::kBurst && !target.make_cold) {
    warnings.emplace_back("nobody knows how to end the target's instances (--cold-command): bursts may find some");
  }
  return warnings;
}

absl::Status WriteFiles(const BenchArguments& arguments, const BenchTarget& target, const load::Recorder& recorder,
                        const load::MessageTable& messages, const boost::json::object& result) {
  if (!arguments.json.empty()) {
    const absl::Status written = WriteFile("--json", arguments.json, boost::json::serialize(result) + "\n");
    if (!written.ok()) return written;
  }
  if (!arguments.report.empty()) {
    const absl::Status written = WriteFile("--report", arguments.report, bench::RenderReport(result));
    if (!written.ok()) return written;
  }
  if (arguments.csv == "-") {
    load::WriteSamplesCsv(recorder, target.info.functions, messages, std::cout);
  } else if (!arguments.csv.empty()) {
    std::ofstream file(arguments.csv, std::ios::binary | std::ios::trunc);
    load::WriteSamplesCsv(recorder, target.info.functions, messages, file);
    file.close();
    if (!file) return absl::InternalError(StrCat("--csv: cannot write \"", arguments.csv, "\""));
  }
  return absl::OkStatus();
}

// True if one of the conditions holds; each that does is told.
bool TellConditions(const std::vector<FailIf>& conditions, const boost::json::object& result) {
  bool met = false;
  for (const FailIf& condition : conditions) {
    const FailIfResult checked = CheckFailIf(condition, result);
    met = met || checked.met;
    const std::string text = StrCat(checked.met ? "failed: " : "passed: ", checked.text, "\n");
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  return met;
}

}  // namespace

int RunBench(const BenchArguments& arguments) {
  if (arguments.target.empty()) return ReportUsageError("TARGET is missing: a URL, or the name of a function");
  const auto plan = MakeBenchPlan(arguments);
  if (!plan.ok()) return Fail(plan.status());
  std::vector<FailIf> conditions;
  for (const std::string& text : arguments.fail_if) {
    auto condition = ParseFailIf(text);
    if (!condition.ok()) return Fail(condition.status());
    conditions.push_back(*std::move(condition));
  }
  if (absl::Status status = RaiseDescriptorLimit(plan->connections); !status.ok()) return Fail(status);

  load::SteadyClock clock;
  load::MessageTable messages;
  auto target = MakeBenchTarget(arguments, *plan, clock, messages);
  if (!target.ok()) return Fail(target.status());

  load::Run run{.version = kVersion,
                .started_at = load::UtcTimestamp(),
                .command = arguments.command,
                .target = target->info,
                .scenario = plan->Info()};
  load::Recorder recorder({.interval = SeriesInterval(*plan), .keep_samples = !arguments.csv.empty()});
  ProgressLine progress(isatty(STDERR_FILENO) != 0 && !arguments.quiet, recorder.interval());
  recorder.OnInterval([&](const load::Interval& interval) { progress.Add(interval); });
  load::Generator generator(clock, *target->target, recorder, messages, stop_requested);
  load::Monitor monitor({.hearth = target->hearth,
                         .functions = target->info.functions,
                         .process = target->process,
                         .interval = recorder.interval()});
  // Timers of this thread are exact to a microsecond, not to the usual 50.
  prctl(PR_SET_TIMERSLACK, 1000);
  StopOnSignals();
  const absl::Status ran = RunPlan(*plan, *target, generator);
  monitor.Stop();
  progress.End();
  if (!ran.ok()) return Fail(ran);
  run.generator = {.thread_cpu = generator.thread_cpu(),
                   .process_cpu = generator.process_cpu(),
                   .starved = generator.starved(),
                   .abandoned = generator.abandoned()};
  run.watched = monitor.In(recorder);

  boost::json::object result = load::MakeResult(run, recorder, messages);
  if (boost::json::array warnings = Warnings(*plan, *target, recorder); !warnings.empty()) {
    result["warnings"] = std::move(warnings);
  }
  const absl::Status written = WriteFiles(arguments, *target, recorder, messages, result);
  if (!written.ok()) return Fail(written);
  const bool shown = !arguments.quiet && arguments.json != "-" && arguments.csv != "-";
  if (shown) std::cout << BenchSummary(result, UseColours(STDOUT_FILENO)) << std::flush;
  if (TellConditions(conditions, result)) return kExitConditionMet;
  return recorder.outcome(load::Outcome::kOk) > 0 ? kExitOk : kExitFailed;
}

}  // namespace hearth
