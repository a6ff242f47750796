#include "bench/load/generator.h"

#include <algorithm>
#include <ctime>
#include <fstream>

namespace hearth::load {
namespace {

// Between two looks at what has arrived: the time at which an answer is seen is the end of its latency.
constexpr int kSendsAtOnce = 16;
// Even without an answer the series goes on, and Ctrl-C is noticed.
constexpr Nanos kLongestWait = 50 * kMillisecond;

Nanos Cpu(clockid_t of) {
  timespec time;
  clock_gettime(of, &time);
  return time.tv_sec * kSecond + time.tv_nsec;
}

// Time that this thread was ready to run and no core ran it; 0 where the kernel does not tell.
Nanos ThreadStarved() {
  std::ifstream file("/proc/thread-self/schedstat");
  Nanos cpu = 0;
  Nanos waited = 0;
  file >> cpu >> waited;
  return waited;
}

}  // namespace

Generator::Generator(Clock& clock, Target& target, Recorder& recorder, MessageTable& messages,
                     const std::atomic<bool>& stop)
    : clock_(clock), target_(target), recorder_(recorder), messages_(messages), stop_(stop) {}

void Generator::Begin(Nanos at) {
  recorder_.Begin(at);
  BeginUsage();
}

void Generator::BeginUsage() {
  thread_cpu_begin_ = Cpu(CLOCK_THREAD_CPUTIME_ID);
  process_cpu_begin_ = Cpu(CLOCK_PROCESS_CPUTIME_ID);
  starved_begin_ = ThreadStarved();
}

void Generator::Finish() {
  Drain();
  thread_cpu_ = Cpu(CLOCK_THREAD_CPUTIME_ID) - thread_cpu_begin_;
  process_cpu_ = Cpu(CLOCK_PROCESS_CPUTIME_ID) - process_cpu_begin_;
  starved_ = ThreadStarved() - starved_begin_;
  recorder_.End(clock_.Now());
}

size_t Generator::Poll(Nanos until) {
  done_.clear();
  target_.Poll(until, done_);
  for (const Sample& sample : done_) recorder_.Add(sample);
  return done_.size();
}

void Generator::Drain() {
  Nanos give_up = INT64_MAX;
  while (target_.in_flight() > 0) {
    const Nanos now = clock_.Now();
    if (stopped() && give_up == INT64_MAX) give_up = now + kStopGrace;
    if (now >= give_up) break;
    Poll(now + kLongestWait);
    recorder_.Tick(clock_.Now());
  }
  abandoned_ = target_.in_flight() + backlog_.size();
}

bool Generator::Over(const Limits& limits, Nanos now, uint64_t sent) const {
  if (stopped()) return true;
  if (limits.count > 0 && sent >= limits.count) return true;
  return limits.duration > 0 && now >= recorder_.begin() && now - recorder_.begin() >= limits.duration;
}

void Generator::RunOpen(Arrivals& arrivals, const Limits& limits) {
  const Nanos start = clock_.Now();
  timeout_ = limits.timeout;
  Begin(start + limits.warmup);
  bool warm = limits.warmup == 0;
  left_ = limits.count > 0 ? limits.count : UINT64_MAX;
  Advance(arrivals, start);
  while (!stopped() && (next_.has_value() || !backlog_.empty())) {
    SendBacklog(clock_.Now());
    const Nanos due = SendDue(arrivals, start);
    const Nanos now = clock_.Now();
    if (!warm && now >= recorder_.begin()) {
      warm = true;
      BeginUsage();
    }
    Poll(std::min(due, now + kLongestWait));
    recorder_.Tick(now);
  }
  Finish();
}

Nanos Generator::SendDue(Arrivals& arrivals, Nanos start) {
  for (int sent = 0; next_.has_value(); ++sent) {
    const Nanos now = clock_.Now();
    const Nanos due = start + next_->at;
    if (due > now) return due;
    if (sent == kSendsAtOnce) return now;
    const Request request{.intended = due, .sent = now, .function = next_->function};
    if (backlog_.empty() && target_.Send(request)) {
      if (due >= recorder_.begin()) recorder_.AddLateness(now - due);
    } else {
      backlog_.push_back(request);
    }
    Advance(arrivals, start);
  }
  return INT64_MAX;
}

void Generator::Advance(Arrivals& arrivals, Nanos start) {
  next_ = left_ > 0 ? arrivals.Next() : std::nullopt;
  if (next_.has_value() && start + next_->at >= recorder_.begin()) --left_;
}

void Generator::SendBacklog(Nanos now) {
  for (int sent = 0; sent < kSendsAtOnce && !backlog_.empty(); ++sent) {
    Request request = backlog_.front();
    request.sent = now;
    if (now - request.intended >= timeout_) {
      Sample sample;
      sample.request = request;
      sample.done = now;
      sample.outcome = Outcome::kTimeout;
      sample.message = messages_.Add("no free connection within --timeout (--connections)");
      recorder_.Add(sample);
    } else if (!target_.Send(request)) {
      return;
    }
    backlog_.pop_front();
  }
}

void Generator::RunClosed(size_t concurrency, FunctionMix mix, const Limits& limits) {
  const Nanos start = clock_.Now();
  Begin(start + limits.warmup);
  bool warm = limits.warmup == 0;
  uint64_t sent = 0;  // of the measurement
  Nanos now = start;
  while (!Over(limits, now, sent)) {
    while (target_.in_flight() < concurrency && (limits.count == 0 || sent < limits.count)) {
      now = clock_.Now();
      if (!target_.Send({.intended = now, .sent = now, .function = mix.Next()})) break;
      if (now >= recorder_.begin()) ++sent;
    }
    Poll(now + kLongestWait);
    now = clock_.Now();
    recorder_.Tick(now);
    if (!warm && now >= recorder_.begin()) {
      warm = true;
      BeginUsage();
    }
  }
  Finish();
}

absl::Status Generator::RunRounds(const Rounds& rounds, FunctionMix mix, const Limits& limits) {
  absl::Status status = absl::OkStatus();
  const Nanos start = clock_.Now();
  Begin(start + limits.warmup);
  uint64_t sent = 0;
  for (bool first = true; !Over(limits, clock_.Now(), sent); first = false) {
    const Nanos begin = clock_.Now() + (first ? 0 : rounds.gap);
    for (Nanos now = clock_.Now(); now < begin && !stopped(); now = clock_.Now()) {
      Poll(std::min(begin, now + kLongestWait));
      recorder_.Tick(now);
    }
    if (stopped()) break;
    if (rounds.before) status = rounds.before();
    if (!status.ok()) break;
    const Nanos now = clock_.Now();
    size_t waiting = rounds.size;
    if (limits.count > 0) waiting = static_cast<size_t>(std::min<uint64_t>(waiting, limits.count - sent));
    for (size_t left = waiting; left > 0;) {
      if (target_.Send({.intended = now, .sent = clock_.Now(), .function = mix.Next()})) {
        --left;
        if (now >= recorder_.begin()) ++sent;
      } else {
        Poll(now + kLongestWait);
      }
    }
    while (target_.in_flight() > 0 && !stopped()) {
      Poll(clock_.Now() + kLongestWait);
      recorder_.Tick(clock_.Now());
    }
  }
  Finish();
  return status;
}

}  // namespace hearth::load
