#pragma once

// Puts load on a target and records what comes back.
//
// Open loop: requests are due at the times of a schedule, whatever the target does. Latency counts from the time at which a
// request was due, so that one that had to wait behind a stall shows it, although it was sent late ("coordinated
// omission"). One that finds all connections busy waits in the generator; after `timeout` it counts as timed out.
//
// Closed loop: so many requests are under way at any time, the next one is sent when one is done. A target that stalls gets
// fewer requests, which flatters its quantiles: that is the nature of the loop, and no correction is made.
//
// Rounds: `size` requests are sent at once; when all are done there is a pause, then the next round. `before` runs first
// in each round, for example to make it a cold start; its time is no part of any latency.
//
// One thread. The clock and the target are seams; tests simulate both.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "bench/load/arrivals.h"
#include "bench/load/clock.h"
#include "bench/load/recorder.h"
#include "bench/load/target.h"

namespace hearth::load {

struct Limits {
  Nanos warmup = 0;    // before the measurement
  Nanos duration = 0;  // of the measurement, 0 for no end
  uint64_t count = 0;  // requests of the measurement, 0 for no end
  Nanos timeout = 30 * kSecond;
};

struct Rounds {
  size_t size = 1;
  Nanos gap = 0;                         // between the end of a round and the beginning of the next one
  std::function<absl::Status()> before;  // may be empty
};

class Generator {
 public:
  // Nothing is owned. Once `stop` is true nothing more is sent, and what is under way gets a moment to end (kStopGrace).
  Generator(Clock& clock, Target& target, Recorder& recorder, MessageTable& messages, const std::atomic<bool>& stop);

  // The schedule's time 0 is the beginning of the warm-up.
  void RunOpen(Arrivals& arrivals, const Limits& limits);
  void RunClosed(size_t concurrency, FunctionMix mix, const Limits& limits);
  // Fails as soon as `before` does.
  absl::Status RunRounds(const Rounds& rounds, FunctionMix mix, const Limits& limits);

  // CPU time during the measurement: of this thread, and of all of the process, gRPC's threads and the monitor included.
  Nanos thread_cpu() const { return thread_cpu_; }
  Nanos process_cpu() const { return process_cpu_; }
  // How long this thread was ready to run meanwhile and got no core.
  Nanos starved() const { return starved_; }
  // Requests that were under way when the run was stopped, and are in no figure.
  size_t abandoned() const { return abandoned_; }

  static constexpr Nanos kStopGrace = 2 * kSecond;

 private:
  void Begin(Nanos at);
  // The measurement of the generator's own use begins.
  void BeginUsage();
  void Finish();
  // Waits until `until` at most, and records what is done. The number of requests that ended.
  size_t Poll(Nanos until);
  // Sends what is due of the schedule, a few at a time. When the next one is due.
  Nanos SendDue(Arrivals& arrivals, Nanos start);
  void Advance(Arrivals& arrivals, Nanos start);
  void SendBacklog(Nanos now);
  // Waits for all that is under way.
  void Drain();
  bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  bool Over(const Limits& limits, Nanos now, uint64_t sent) const;

  Clock& clock_;
  Target& target_;
  Recorder& recorder_;
  MessageTable& messages_;
  const std::atomic<bool>& stop_;
  Nanos timeout_ = 0;
  std::optional<Arrival> next_;
  uint64_t left_ = 0;            // requests of the schedule that may still be sent
  std::deque<Request> backlog_;  // due, but no connection was free
  std::vector<Sample> done_;
  Nanos thread_cpu_begin_ = 0;
  Nanos thread_cpu_ = 0;
  Nanos process_cpu_begin_ = 0;
  Nanos process_cpu_ = 0;
  Nanos starved_begin_ = 0;
  Nanos starved_ = 0;
  size_t abandoned_ = 0;
};

}  // namespace hearth::load
