#pragma once

// hearth's Prometheus metrics. One object per process; it is the invoker's observer, and /metrics prints it.
//
//   Metrics metrics(&pool, BuildInfo{"0.1.0", "26.10.0", "14.6"});
//   Invoker invoker(context, pool, &metrics);
//   metrics.Text();                                    // the exposition format, version 0.0.4
//
//   hearth_build_info{version,node,v8}                 always 1
//   hearth_invocations_total{function,outcome}         every invocation that ended; outcome as OutcomeName gives it
//   hearth_invocation_duration_seconds{function}       queue + init + run; without rejected invocations
//   hearth_queue_duration_seconds{function}            waiting for an instance; likewise
//   hearth_init_duration_seconds{function}             fork to ready, cold starts only
//   hearth_cold_starts_total{function,start}           start as StartName gives it, never "warm"
//   hearth_cpu_seconds_total{function}                 CPU time of instances while they ran invocations
//   hearth_instances{function,state}                   state: starting, ready, busy, draining
//   hearth_limit_breaches_total{function,limit}       limit: its key, such as limits.memory or scaling.rate
//   hearth_tenant_instances{tenant}                    live instances of all the tenant's functions
//   hearth_tenant_in_flight{tenant}                    its invocations, those that wait included
//   hearth_queue_length{function}                      invocations that wait for an instance
//   hearth_sandbox_layer{layer,state}                  1 for the state that each layer of the sandbox is in, else 0;
//                                                      layers and states: isolate_pool/sandbox/layers.h
//
// Invocations of unknown names are counted with function="", so that callers cannot create series. Core's thread only.

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "invoker/invoker.h"
#include "invoker/outcome.h"
#include "isolate_pool/pool/pool.h"
#include "isolate_pool/sandbox/layers.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace hearth {

struct BuildInfo {
  std::string version;
  std::string node;
  std::string v8;
};

class Metrics : public InvocationObserver {
 public:
  // `pool` is asked for the gauges; it is not owned and must outlive this.
  Metrics(const Pool* pool, const BuildInfo& build);
  // Whose counts of invocations are shown; not owned.
  void SetAdmission(const Admission* admission) { admission_ = admission; }
  ~Metrics() override;

  void OnInvocation(const InvocationReport& report) override;

  // How the layers of the sandbox stand, as the latest instance reported it.
  void SetSandbox(const sandbox::Report& report);

  std::string Text();

  // For metrics of other modules.
  prometheus::Registry& registry() { return registry_; }

 private:
  struct Series;

  Series& SeriesOf(std::string_view function);
  prometheus::Counter& Invocations(Series& series, Outcome outcome);
  prometheus::Counter& ColdStarts(Series& series, const std::string& start);
  void RefreshGauges();

  const Pool* const pool_;
  const Admission* admission_ = nullptr;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& invocations_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Histogram>& queue_durations_;
  prometheus::Family<prometheus::Histogram>& init_durations_;
  prometheus::Family<prometheus::Counter>& cold_starts_;
  prometheus::Family<prometheus::Counter>& cpu_seconds_;
  prometheus::Family<prometheus::Gauge>& instances_;
  prometheus::Family<prometheus::Gauge>& queue_lengths_;
  prometheus::Family<prometheus::Counter>& limit_breaches_;
  prometheus::Family<prometheus::Gauge>& tenant_instances_;
  prometheus::Family<prometheus::Gauge>& tenant_in_flight_;
  prometheus::Family<prometheus::Gauge>& sandbox_layers_;
  // The handles of each function, looked up once: Family::Add hashes a map of labels.
  std::map<std::string, std::unique_ptr<Series>, std::less<>> series_;
};

}  // namespace hearth
