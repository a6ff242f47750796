#include "invoker/metrics.h"

#include <chrono>

#include "prometheus/text_serializer.h"

namespace hearth {
namespace {

// From half a millisecond (a warm call) to the default of limits.timeout.
const prometheus::Histogram::BucketBoundaries kDurationBuckets = {.0005, .001, .0025, .005, .01, .025, .05, .1,
                                                                  .25,   .5,   1,     2.5,  5,   10,   30,  60};

constexpr std::array<std::string_view, 4> kStates = {"starting", "ready", "busy", "draining"};

template <typename Builder>
auto& Named(Builder builder, const char* name, const char* help, prometheus::Registry& registry) {
  return builder.Name(name).Help(help).Register(registry);
}

double Seconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

struct Metrics::Series {
  std::string function;
  std::array<prometheus::Counter*, kOutcomeCount + 1> invocations{};  // by outcome; null until the first
  std::map<std::string, prometheus::Counter*, std::less<>> cold_starts;
  prometheus::Histogram* duration = nullptr;
  prometheus::Histogram* queue = nullptr;
  prometheus::Histogram* init = nullptr;
  prometheus::Counter* cpu = nullptr;
  std::array<prometheus::Gauge*, kStates.size()> instances{};
  prometheus::Gauge* queue_length = nullptr;
};

Metrics::Metrics(const Pool* pool, const BuildInfo& build)
    : pool_(pool),
      invocations_(Named(prometheus::BuildCounter(), "hearth_invocations_total",
                         "Invocations that ended, by how they ended.", registry_)),
      durations_(Named(prometheus::BuildHistogram(), "hearth_invocation_duration_seconds",
                       "Time in the queue, initialisation and run of an invocation.", registry_)),
      queue_durations_(Named(prometheus::BuildHistogram(), "hearth_queue_duration_seconds",
                             "Time an invocation waited for an instance.", registry_)),
      init_durations_(Named(prometheus::BuildHistogram(), "hearth_init_duration_seconds",
                            "Time from the fork of an instance until it was initialised.", registry_)),
      cold_starts_(Named(prometheus::BuildCounter(), "hearth_cold_starts_total",
                         "Invocations that an instance was started for.", registry_)),
      cpu_seconds_(Named(prometheus::BuildCounter(), "hearth_cpu_seconds_total",
                         "CPU time of instances while they ran invocations.", registry_)),
      instances_(Named(prometheus::BuildGauge(), "hearth_instances", "Live instances, by state.", registry_)),
      queue_lengths_(
          Named(prometheus::BuildGauge(), "hearth_queue_length", "Invocations that wait for an instance.", registry_)),
      limit_breaches_(Named(prometheus::BuildCounter(), "hearth_limit_breaches_total",
                            "Invocations that a limit ended or kept out, by the limit's key.", registry_)),
      tenant_instances_(Named(prometheus::BuildGauge(), "hearth_tenant_instances",
                              "Live instances of all functions of a tenant.", registry_)),
      tenant_in_flight_(Named(prometheus::BuildGauge(), "hearth_tenant_in_flight",
                              "Invocations of a tenant, those that wait for an instance included.", registry_)),
      sandbox_layers_(Named(prometheus::BuildGauge(), "hearth_sandbox_layer",
                            "State of each layer of the sandbox, as the latest instance reported it.", registry_)) {
  Named(prometheus::BuildGauge(), "hearth_build_info", "Versions of hearth and its engine; always 1.", registry_)
      .Add({{"version", build.version}, {"node", build.node}, {"v8", build.v8}})
      .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::OnInvocation(const InvocationReport& report) {
  Series& series = SeriesOf(report.function);
  Invocations(series, report.outcome).Increment();
  if (report.error.limit.has_value() && !series.function.empty()) {
    limit_breaches_.Add({{"function", series.function}, {"limit", report.error.limit->name}}).Increment();
  }
  if (series.function.empty() || IsRejection(report.outcome)) return;

  series.duration->Observe(Seconds(report.queue + report.init + report.run));
  series.queue->Observe(Seconds(report.queue));
  series.cpu->Increment(Seconds(report.cpu));
  if (report.start.empty() || report.start == StartName(StartKind::kWarm)) return;
  ColdStarts(series, report.start).Increment();
  series.init->Observe(Seconds(report.init));
}

void Metrics::SetSandbox(const sandbox::Report& report) {
  for (size_t i = 0; i < sandbox::kLayerCount; ++i) {
    const auto layer = static_cast<sandbox::Layer>(i);
    for (size_t j = 0; j < sandbox::kLayerStateCount; ++j) {
      const auto state = static_cast<sandbox::LayerState>(j);
      sandbox_layers_
          .Add({{"layer", std::string(sandbox::LayerName(layer))},
                {"state", std::string(sandbox::LayerStateName(state))}})
          .Set(report[layer].state == state ? 1 : 0);
    }
  }
}

std::string Metrics::Text() {
  RefreshGauges();
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

Metrics::Series& Metrics::SeriesOf(std::string_view function) {
  if (auto found = series_.find(function); found != series_.end()) return *found->second;
  if (!function.empty() && pool_->Find(function) == nullptr) return SeriesOf("");
  auto series = std::make_unique<Series>();
  series->function = std::string(function);
  // Invocations of unknown functions are counted only.
  if (!function.empty()) {
    const prometheus::Labels labels = {{"function", series->function}};
    series->duration = &durations_.Add(labels, kDurationBuckets);
    series->queue = &queue_durations_.Add(labels, kDurationBuckets);
    series->init = &init_durations_.Add(labels, kDurationBuckets);
    series->cpu = &cpu_seconds_.Add(labels);
    series->queue_length = &queue_lengths_.Add(labels);
    for (size_t i = 0; i < kStates.size(); ++i) {
      series->instances[i] = &instances_.Add({{"function", series->function}, {"state", std::string(kStates[i])}});
    }
  }
  return *series_.emplace(series->function, std::move(series)).first->second;
}

prometheus::Counter& Metrics::Invocations(Series& series, Outcome outcome) {
  prometheus::Counter*& counter = series.invocations[static_cast<size_t>(outcome)];
  if (counter == nullptr) {
    counter = &invocations_.Add({{"function", series.function}, {"outcome", std::string(OutcomeName(outcome))}});
  }
  return *counter;
}

prometheus::Counter& Metrics::ColdStarts(Series& series, const std::string& start) {
  prometheus::Counter*& counter = series.cold_starts[start];
  if (counter == nullptr) counter = &cold_starts_.Add({{"function", series.function}, {"start", start}});
  return *counter;
}

void Metrics::RefreshGauges() {
  for (const auto& spec : pool_->Functions()) {
    Series& series = SeriesOf(spec->name);
    const InstanceCounts counts = pool_->Counts(spec->name);
    const std::array<uint32_t, kStates.size()> values = {counts.starting, counts.ready, counts.busy, counts.draining};
    for (size_t i = 0; i < values.size(); ++i) series.instances[i]->Set(values[i]);
    series.queue_length->Set(pool_->QueueLength(spec->name));
    tenant_instances_.Add({{"tenant", spec->tenant}}).Set(pool_->TenantInstances(spec->tenant));
    if (admission_ != nullptr) {
      tenant_in_flight_.Add({{"tenant", spec->tenant}}).Set(admission_->InFlight(spec->tenant));
    }
  }
}

}  // namespace hearth
