#include "bench/load/recorder.h"

#include <algorithm>

namespace hearth::load {

void Group::Add(const Sample& sample) {
  latency.Add(sample.latency());
  for (size_t i = 0; i < kPhaseCount; ++i) {
    if (sample.phases[i] != kUnknown) phases[i].Add(sample.phases[i]);
  }
  ++starts[static_cast<size_t>(sample.start)];
}

void Group::Merge(const Group& other) {
  latency.Merge(other.latency);
  for (size_t i = 0; i < kPhaseCount; ++i) phases[i].Merge(other.phases[i]);
  for (size_t i = 0; i < kStartCount; ++i) starts[i] += other.starts[i];
}

Recorder::Recorder(Options options) : options_(options) {}

void Recorder::Begin(Nanos now) {
  begin_ = now;
  interval_end_ = now + options_.interval;
}

void Recorder::Add(const Sample& sample) {
  if (sample.request.intended < begin_) {
    ++warmup_count_;
    return;
  }
  Tick(sample.done);
  ++count_;
  ++outcomes_[static_cast<size_t>(sample.outcome)];
  ++interval_.done;
  end_ = std::max(end_, sample.done);
  if (options_.keep_samples) samples_.push_back(sample);
  if (sample.outcome != Outcome::kOk) {
    ++interval_.failed;
    ++failures_[{sample.outcome, sample.message}];
    return;
  }
  ++interval_.ok;
  if (sample.start != Start::kUnmarked) ++interval_.marked;
  if (IsCold(sample.start)) ++interval_.cold;
  interval_latency_.Add(sample.latency());
  Group& group = sample.start == Start::kUnmarked ? *unmarked_ : IsCold(sample.start) ? *cold_ : *warm_;
  group.Add(sample);
}

void Recorder::Tick(Nanos now) {
  while (now >= interval_end_) CloseInterval();
}

void Recorder::End(Nanos now) {
  Tick(now);
  if (interval_.done > 0) CloseInterval();
  interval_end_ = INT64_MAX;
}

void Recorder::CloseInterval() {
  if (interval_latency_.count() > 0) {
    interval_.p50 = interval_latency_.Quantile(0.5);
    interval_.p99 = interval_latency_.Quantile(0.99);
    interval_latency_.Clear();
  }
  series_.push_back(interval_);
  if (on_interval_) on_interval_(interval_);
  interval_ = Interval();
  interval_end_ += options_.interval;
}

Group Recorder::All() const {
  Group all = *cold_;
  all.Merge(*warm_);
  all.Merge(*unmarked_);
  return all;
}

}  // namespace hearth::load
