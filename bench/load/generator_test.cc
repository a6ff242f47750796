#include "bench/load/generator.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace hearth::load {
namespace {

class FakeClock final : public Clock {
 public:
  Nanos Now() override { return now; }
  Nanos now = kSecond;
};

// A server in simulated time: one request after the other, each takes `service`; between stall_from and stall_to it does
// nothing. So many connections can be used at once.
class FakeServer final : public Target {
 public:
  FakeServer(FakeClock& clock, size_t connections) : clock_(clock), connections_(connections) {}

  bool Send(const Request& request) override {
    if (queue_.size() == connections_) return false;
    ++sent;
    most_in_flight = std::max(most_in_flight, queue_.size() + 1);
    Nanos begin = std::max(clock_.now, free_at_);
    if (begin >= stall_from && begin < stall_to) begin = stall_to;
    free_at_ = begin + service;
    queue_.push_back({request, free_at_});
    return true;
  }
  void Poll(Nanos until, std::vector<Sample>& done) override {
    if (queue_.empty() || queue_.front().second > std::max(until, clock_.now)) {
      clock_.now = std::max(clock_.now, until);
      return;
    }
    clock_.now = std::max(clock_.now, queue_.front().second);
    Sample sample;
    sample.request = queue_.front().first;
    sample.done = clock_.now;
    sample.start = sample.request.function == 0 ? Start::kWarm : Start::kTemplate;
    queue_.pop_front();
    done.push_back(sample);
  }
  size_t in_flight() const override { return queue_.size(); }

  Nanos service = kMillisecond;
  Nanos stall_from = INT64_MAX;
  Nanos stall_to = INT64_MAX;
  uint64_t sent = 0;
  size_t most_in_flight = 0;

 private:
  FakeClock& clock_;
  const size_t connections_;
  Nanos free_at_ = 0;
  std::deque<std::pair<Request, Nanos>> queue_;
};

class GeneratorTest : public testing::Test {
 protected:
  void Make(size_t connections) {
    server_ = std::make_unique<FakeServer>(clock_, connections);
    generator_ = std::make_unique<Generator>(clock_, *server_, recorder_, messages_, stop_);
  }
  static FunctionMix One() { return {1, 0, 1}; }

  FakeClock clock_;
  MessageTable messages_;
  std::atomic<bool> stop_ = false;
  Recorder recorder_{{.interval = 100 * kMillisecond}};
  std::unique_ptr<FakeServer> server_;
  std::unique_ptr<Generator> generator_;
};

// 100 requests a second for ten seconds, each takes 1 ms, but for one second nothing moves. In that second 100 requests are
// due; the first waits for a second, the last for 10 ms. A client that waits for its answers would see one slow request in
// a thousand.
TEST_F(GeneratorTest, AStallShowsInTheQuantilesOfTheOpenLoop) {
  for (const size_t connections : {1, 1000}) {
    SCOPED_TRACE(connections);
    clock_.now = kSecond;
    Make(connections);
    Recorder recorder({});
    Generator generator(clock_, *server_, recorder, messages_, stop_);
    server_->stall_from = 5 * kSecond;
    server_->stall_to = 6 * kSecond;
    const auto arrivals = ConstantArrivals(100, 10 * kSecond, One());
    generator.RunOpen(*arrivals, {.duration = 10 * kSecond});
    const Group all = recorder.All();
    ASSERT_EQ(all.latency.count(), 1000u);
    EXPECT_NEAR(static_cast<double>(all.latency.Quantile(0.5)), kMillisecond, kMillisecond * Histogram::kRelativeError);
    // A tenth of all requests were due during the stall.
    EXPECT_GT(all.latency.Quantile(0.95), 300 * kMillisecond);
    EXPECT_GT(all.latency.Quantile(0.99), 800 * kMillisecond);
    EXPECT_GE(all.latency.max(), 990 * kMillisecond);
  }
}

TEST_F(GeneratorTest, TheClosedLoopSeesTheSameStallOnce) {
  Make(1);
  server_->service = 10 * kMillisecond;
  server_->stall_from = 5 * kSecond;
  server_->stall_to = 6 * kSecond;
  generator_->RunClosed(1, One(), {.duration = 10 * kSecond});
  const Group all = recorder_.All();
  EXPECT_NEAR(static_cast<double>(all.latency.count()), 900, 2);
  EXPECT_NEAR(static_cast<double>(all.latency.Quantile(0.99)), 10 * kMillisecond,
              10 * kMillisecond * Histogram::kRelativeError);
  EXPECT_GE(all.latency.max(), kSecond);
}

TEST_F(GeneratorTest, LatencyBeginsWhenARequestWasDueAlsoIfItHadToWaitForAConnection) {
  Make(1);
  server_->service = 20 * kMillisecond;  // half of what is asked for
  const auto arrivals = ConstantArrivals(100, kSecond, One());
  generator_->RunOpen(*arrivals, {.duration = kSecond});
  EXPECT_EQ(recorder_.All().latency.count(), 100u);
  // The last one was due after 0.99 s, and is done after 2 s.
  EXPECT_EQ(recorder_.All().latency.max(), 1010 * kMillisecond);
  EXPECT_EQ(server_->most_in_flight, 1u);
}

TEST_F(GeneratorTest, ARequestThatFindsNoConnectionInTimeIsATimeout) {
  Make(1);
  server_->service = kSecond;
  const auto arrivals = ConstantArrivals(100, kSecond, One());
  generator_->RunOpen(*arrivals, {.duration = kSecond, .timeout = 500 * kMillisecond});
  EXPECT_EQ(recorder_.count(), 100u);
  EXPECT_EQ(recorder_.outcome(Outcome::kOk) + recorder_.outcome(Outcome::kTimeout), 100u);
  EXPECT_GT(recorder_.outcome(Outcome::kTimeout), 90u);
}

TEST_F(GeneratorTest, WarmUpIsSentAndNotCounted) {
  Make(100);
  const auto arrivals = ConstantArrivals(100, 3 * kSecond, One());
  generator_->RunOpen(*arrivals, {.warmup = kSecond, .duration = 2 * kSecond});
  EXPECT_EQ(server_->sent, 300u);
  EXPECT_EQ(recorder_.warmup_count(), 100u);
  EXPECT_EQ(recorder_.count(), 200u);
  EXPECT_EQ(recorder_.series().size(), 20u);
}

TEST_F(GeneratorTest, CountsAreExactInEveryLoop) {
  Make(16);
  const auto arrivals = PoissonArrivals(1000, INT64_MAX, One(), 1);
  generator_->RunOpen(*arrivals, {.warmup = kSecond, .count = 123});
  EXPECT_EQ(recorder_.count(), 123u);

  Recorder closed({});
  Generator(clock_, *server_, closed, messages_, stop_).RunClosed(8, One(), {.warmup = kSecond, .count = 77});
  EXPECT_EQ(closed.count(), 77u);

  Recorder rounds({});
  const absl::Status status =
      Generator(clock_, *server_, rounds, messages_, stop_).RunRounds({.size = 10}, One(), {.count = 25});
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(rounds.count(), 25u);
}

TEST_F(GeneratorTest, TheClosedLoopKeepsSoManyUnderWay) {
  Make(100);
  generator_->RunClosed(7, One(), {.duration = kSecond});
  EXPECT_EQ(server_->most_in_flight, 7u);
}

TEST_F(GeneratorTest, ARoundBeginsAfterItsGapAndItsHookWhichIsNoLatency) {
  Make(5);
  std::vector<Nanos> begun;
  const Rounds rounds{.size = 5, .gap = kSecond, .before = [&] {
                        begun.push_back(clock_.now);
                        EXPECT_EQ(server_->in_flight(), 0u);
                        clock_.now += 300 * kMillisecond;
                        return absl::OkStatus();
                      }};
  EXPECT_TRUE(generator_->RunRounds(rounds, One(), {.count = 15}).ok());
  ASSERT_EQ(begun.size(), 3u);
  EXPECT_EQ(begun[1] - begun[0], 1305 * kMillisecond);
  EXPECT_EQ(recorder_.All().latency.max(), 5 * kMillisecond);
}

TEST_F(GeneratorTest, AHookThatFailsEndsTheRun) {
  Make(1);
  const Rounds rounds{.before = [] { return absl::InternalError("no"); }};
  EXPECT_EQ(generator_->RunRounds(rounds, One(), {.count = 5}), absl::InternalError("no"));
  EXPECT_EQ(server_->sent, 0u);
}

TEST_F(GeneratorTest, StoppedItSendsNoMoreAndWaitsALittle) {
  Make(1);
  server_->service = 3600 * kSecond;
  stop_ = true;
  const Nanos begin = clock_.now;
  const auto arrivals = ConstantArrivals(100, 1000 * kSecond, One());
  server_->Send({.intended = begin, .sent = begin});
  generator_->RunOpen(*arrivals, {.duration = 1000 * kSecond});
  EXPECT_EQ(server_->sent, 1u);
  EXPECT_EQ(generator_->abandoned(), 1u);
  EXPECT_LE(clock_.now - begin, Generator::kStopGrace + kSecond);
}

TEST_F(GeneratorTest, ColdAndWarmAreRecordedApart) {
  Make(10);
  const auto arrivals = ConstantArrivals(100, kSecond, FunctionMix(2, 0, 9));
  generator_->RunOpen(*arrivals, {.duration = kSecond});
  const Group cold = recorder_.Cold();
  const Group warm = recorder_.Warm();
  EXPECT_GT(cold.latency.count(), 20u);
  EXPECT_GT(warm.latency.count(), 20u);
  EXPECT_EQ(cold.latency.count() + warm.latency.count(), 100u);
  EXPECT_EQ(cold.starts[static_cast<size_t>(Start::kTemplate)], cold.latency.count());
}

}  // namespace
}  // namespace hearth::load
