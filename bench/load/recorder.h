#pragma once

// Adds up the samples of a run: outcomes, latencies of what succeeded (cold and warm apart, as the platform marked them),
// phases, and a series over time.
//
// Requests that were intended before the measurement began are warm-up: they are counted as such and otherwise forgotten.
// Used by the generator's thread.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/load/histogram.h"
#include "bench/load/sample.h"

namespace hearth::load {

// Latencies of one kind of request.
struct Group {
  Histogram latency;
  std::array<Histogram, kPhaseCount> phases;
  std::array<uint64_t, kStartCount> starts{};

  void Add(const Sample& sample);
  void Merge(const Group& other);
};

// What happened within one interval, by the time at which requests ended.
struct Interval {
  uint64_t done = 0;  // all outcomes
  uint64_t ok = 0;
  uint64_t cold = 0;
  uint64_t marked = 0;  // the platform said whether it was cold
  uint64_t failed = 0;  // any outcome but ok
  Nanos p50 = kUnknown;
  Nanos p99 = kUnknown;
};

class Recorder {
 public:
  struct Options {
    Nanos interval = kSecond;
    bool keep_samples = false;  // for CSV; about 100 bytes each
  };

  explicit Recorder(Options options);

  // The measurement begins: what was intended earlier does not count.
  void Begin(Nanos now);
  void Add(const Sample& sample);
  // How much later than it meant to the generator sent a request.
  void AddLateness(Nanos late) { lateness_.Add(late); }
  // Closes the intervals that are over by now. `End` closes the last one as well.
  void Tick(Nanos now);
  void End(Nanos now);
  // Called at the end of every interval.
  void OnInterval(std::function<void(const Interval&)> callback) { on_interval_ = std::move(callback); }

  Nanos begin() const { return begin_; }
  Nanos end() const { return end_; }
  Nanos interval() const { return options_.interval; }
  uint64_t count() const { return count_; }  // requests of the measurement
  uint64_t warmup_count() const { return warmup_count_; }
  uint64_t outcome(Outcome outcome) const { return outcomes_[static_cast<size_t>(outcome)]; }
  Group All() const;
  Group Cold() const { return *cold_; }
  Group Warm() const { return *warm_; }
  // Requests that ended well and were not marked.
  uint64_t unmarked() const { return unmarked_->latency.count(); }
  const Histogram& lateness() const { return lateness_; }
  const std::vector<Interval>& series() const { return series_; }
  const std::vector<Sample>& samples() const { return samples_; }
  // By outcome and number of the message.
  const std::map<std::pair<Outcome, uint16_t>, uint64_t>& failures() const { return failures_; }

 private:
  void CloseInterval();

  const Options options_;
  Nanos begin_ = INT64_MAX;
  Nanos end_ = 0;
  Nanos interval_end_ = INT64_MAX;
  uint64_t count_ = 0;
  uint64_t warmup_count_ = 0;
  std::array<uint64_t, kOutcomeCount> outcomes_{};
  // Disjoint: what is asked for is put together from them.
  const std::unique_ptr<Group> cold_ = std::make_unique<Group>();
  const std::unique_ptr<Group> warm_ = std::make_unique<Group>();
  const std::unique_ptr<Group> unmarked_ = std::make_unique<Group>();
  Histogram lateness_;
  Histogram interval_latency_;
  Interval interval_;
  std::vector<Interval> series_;
  std::vector<Sample> samples_;
  std::map<std::pair<Outcome, uint16_t>, uint64_t> failures_;
  std::function<void(const Interval&)> on_interval_;
};

}  // namespace hearth::load
