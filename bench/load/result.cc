#include "bench/load/result.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "base/strings.h"
#include "bench/load/machine.h"

namespace hearth::load {
namespace {

namespace json = boost::json;

constexpr size_t kMaxErrors = 10;
// One thread generates: from here on it has no time left, be it that it runs or that it waits for a core.
constexpr double kSaturatedCpu = 0.95;
// From here on what it measures is also how long it waited for a core.
constexpr double kStarved = 0.1;
// A request that is sent this much too late says more about the generator than about the target.
constexpr Nanos kSaturatedLateness = kMillisecond;

constexpr std::array<std::pair<const char*, double>, 6> kQuantiles = {
    {{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}}};

double Milliseconds(double nanoseconds) { return nanoseconds / static_cast<double>(kMillisecond); }
double Seconds(Nanos nanoseconds) { return static_cast<double>(nanoseconds) / static_cast<double>(kSecond); }

json::object Distribution(const Histogram& histogram) {
  const auto milliseconds = [](int64_t value) { return Milliseconds(static_cast<double>(value)); };
  json::object object{{"min", milliseconds(histogram.min())}, {"mean", Milliseconds(histogram.Mean())}};
  for (const auto& [name, quantile] : kQuantiles) object[name] = milliseconds(histogram.Quantile(quantile));
  object["max"] = milliseconds(histogram.max());
  return object;
}

json::object GroupJson(const Group& group) {
  json::object object{{"n", group.latency.count()}};
  if (group.latency.count() == 0) return object;
  object["latency"] = Distribution(group.latency);
  json::object phases;
  for (size_t i = 0; i < kPhaseCount; ++i) {
    if (group.phases[i].count() > 0) phases[PhaseName(static_cast<Phase>(i))] = Distribution(group.phases[i]);
  }
  object["phases"] = std::move(phases);
  json::object starts;
  for (size_t i = 1; i < kStartCount; ++i) {
    if (group.starts[i] > 0) starts[StartName(static_cast<Start>(i))] = group.starts[i];
  }
  object["starts"] = std::move(starts);
  json::array buckets;
  group.latency.ForEach([&](int64_t upper, uint64_t count) {
    buckets.emplace_back(json::array{Milliseconds(static_cast<double>(upper)), count});
  });
  object["histogram"] = std::move(buckets);
  return object;
}

json::object ScenarioJson(const ScenarioInfo& scenario) {
  const auto optional = [](const std::optional<double>& value) { return value ? json::value(*value) : json::value(); };
  json::object object{{"name", scenario.name},
                      {"loop", scenario.loop},
                      {"arrivals", scenario.arrivals.empty() ? json::value() : json::value(scenario.arrivals)},
                      {"rate", optional(scenario.rate)},
                      {"connections", scenario.connections},
                      {"duration_s", scenario.duration > 0 ? json::value(Seconds(scenario.duration)) : json::value()},
                      {"warmup_s", Seconds(scenario.warmup)},
                      {"count", scenario.count > 0 ? json::value(scenario.count) : json::value()},
                      {"seed", scenario.seed}};
  if (scenario.rate_from) object["rate_from"] = *scenario.rate_from;
  if (scenario.gap > 0) object["gap_s"] = Seconds(scenario.gap);
  if (scenario.burst > 0) object["burst"] = scenario.burst;
  return object;
}

json::array ErrorsJson(const Recorder& recorder, const MessageTable& messages) {
  std::vector<std::pair<std::pair<Outcome, uint16_t>, uint64_t>> failures(recorder.failures().begin(),
                                                                          recorder.failures().end());
  std::ranges::stable_sort(failures, std::greater<>(), [](const auto& entry) { return entry.second; });
  if (failures.size() > kMaxErrors) failures.resize(kMaxErrors);
  json::array errors;
  for (const auto& [key, count] : failures) {
    errors.emplace_back(
        json::object{{"outcome", OutcomeName(key.first)}, {"message", messages[key.second]}, {"count", count}});
  }
  return errors;
}

json::array Column(const std::vector<std::optional<double>>& values, size_t size) {
  json::array column;
  for (size_t i = 0; i < size; ++i) {
    column.push_back(i < values.size() && values[i] ? json::value(*values[i]) : json::value());
  }
  return column;
}

json::object SeriesJson(const Recorder& recorder, const Watched& watched) {
  const double interval = Seconds(recorder.interval());
  json::array t, rate, p50, p99, cold, errors;
  const auto latency = [](Nanos value) {
    return value == kUnknown ? json::value() : json::value(Milliseconds(static_cast<double>(value)));
  };
  for (const Interval& entry : recorder.series()) {
    t.emplace_back(static_cast<double>(t.size()) * interval);
    rate.emplace_back(static_cast<double>(entry.done) / interval);
    p50.push_back(latency(entry.p50));
    p99.push_back(latency(entry.p99));
    cold.emplace_back(entry.cold);
    errors.emplace_back(entry.failed);
  }
  const size_t size = t.size();
  json::object series{{"interval_s", interval},     {"t", std::move(t)},     {"rate", std::move(rate)},
                      {"p50", std::move(p50)},      {"p99", std::move(p99)}, {"cold", std::move(cold)},
                      {"errors", std::move(errors)}};
  if (!watched.ready.empty()) {
    series["instances"] = json::object{{"starting", Column(watched.starting, size)},
                                       {"ready", Column(watched.ready, size)},
                                       {"busy", Column(watched.busy, size)},
                                       {"draining", Column(watched.draining, size)}};
  }
  if (!watched.cpu.empty()) series["target_cpu"] = Column(watched.cpu, size);
  if (!watched.memory.empty()) series["target_memory_mib"] = Column(watched.memory, size);
  return series;
}

json::object GeneratorJson(const Run& run, const Recorder& recorder, double elapsed, double achieved) {
  const double cpu_share = elapsed > 0 ? Seconds(run.generator.thread_cpu) / elapsed : 0;
  const Histogram& lateness = recorder.lateness();
  const bool late = lateness.count() > 0 && lateness.Quantile(0.99) > kSaturatedLateness;
  const double starved_share = elapsed > 0 ? Seconds(run.generator.starved) / elapsed : 0;
  const bool busy = cpu_share + starved_share >= kSaturatedCpu;
  json::object object{{"cpu_seconds", Seconds(run.generator.process_cpu)},
                      {"starved_seconds", Seconds(run.generator.starved)},
                      {"saturated", late || busy}};
  if (lateness.count() > 0) {
    object["late_p99"] = Milliseconds(static_cast<double>(lateness.Quantile(0.99)));
    object["late_max"] = Milliseconds(static_cast<double>(lateness.max()));
  }
  std::string note;
  if (late) {
    note = "the generator sent more than 1 % of its requests over 1 ms late: it, or the machine, is the bottleneck";
  } else if (busy && starved_share < kStarved) {
    note = StrCat("the generator used all of its core: the target may be able to do more than ",
                  static_cast<uint64_t>(achieved), " requests per second");
  } else if (starved_share >= kStarved) {
    note = StrCat("the generator waited for a core for ", static_cast<uint64_t>(std::lround(100 * starved_share)),
                  " % of the time: latencies include it, and the target may be able to do more");
  }
  if (!note.empty()) object["note"] = note;
  if (run.generator.abandoned > 0) object["abandoned"] = run.generator.abandoned;
  return object;
}

}  // namespace

json::object MakeResult(const Run& run, const Recorder& recorder, const MessageTable& messages) {
  const Machine machine = ThisMachine();
  const Nanos length = std::max<Nanos>(recorder.end() - recorder.begin(), 0);
  // A run of a given duration whose last answer came early lasted that long all the same.
  const double elapsed = recorder.count() == 0 ? 0 : Seconds(length);
  const double achieved = elapsed > 0 ? static_cast<double>(recorder.count()) / elapsed : 0;
  const json::value asked = run.scenario.rate ? json::value(*run.scenario.rate) : json::value();

  json::object outcomes;
  for (size_t i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    outcomes[OutcomeName(outcome)] = recorder.outcome(outcome);
  }
  json::object target{{"kind", run.target.kind},
                      {"url", run.target.url},
                      {"functions", json::array(run.target.functions.begin(), run.target.functions.end())}};
  if (!run.target.server.empty()) target["server"] = run.target.server;

  json::object result{{"schema", kSchema},
                      {"hearth_version", run.version},
                      {"started_at", run.started_at},
                      {"command", json::array(run.command.begin(), run.command.end())},
                      {"machine", json::object{{"cpus", machine.cpus},
                                               {"cpu_model", machine.cpu_model},
                                               {"kernel", machine.kernel},
                                               {"memory_bytes", machine.memory_bytes}}},
                      {"target", std::move(target)},
                      {"scenario", ScenarioJson(run.scenario)},
                      {"rate", json::object{{"asked", asked}, {"achieved", achieved}}},
                      {"elapsed_s", elapsed},
                      {"n", recorder.count()},
                      {"warmup_n", recorder.warmup_count()},
                      {"outcomes", std::move(outcomes)},
                      {"errors", ErrorsJson(recorder, messages)},
                      {"groups", json::object{{"all", GroupJson(recorder.All())},
                                              {"cold", GroupJson(recorder.Cold())},
                                              {"warm", GroupJson(recorder.Warm())}}},
                      {"histogram_error", Histogram::kRelativeError},
                      {"series", SeriesJson(recorder, run.watched)},
                      {"generator", GeneratorJson(run, recorder, elapsed, achieved)}};
  if (run.watched.cpu_seconds) {
    json::object usage{{"cpu_seconds", *run.watched.cpu_seconds}};
    if (run.watched.peak_memory_mib) usage["peak_memory_mib"] = *run.watched.peak_memory_mib;
    result["target_usage"] = std::move(usage);
  }
  return result;
}

std::string UtcTimestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

}  // namespace hearth::load
