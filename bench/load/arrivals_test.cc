#include "bench/load/arrivals.h"

#include <cmath>
#include <map>

#include "gtest/gtest.h"

namespace hearth::load {
namespace {

FunctionMix One() { return {1, 0, 1}; }

std::vector<Arrival> All(Arrivals& arrivals) {
  std::vector<Arrival> all;
  while (const auto next = arrivals.Next()) all.push_back(*next);
  return all;
}

TEST(ArrivalsTest, ConstantHasEqualDistancesAndNoDrift) {
  const auto all = All(*ConstantArrivals(3, 100 * kSecond, One()));
  ASSERT_EQ(all.size(), 300u);
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(all[i].at), static_cast<double>(i) / 3 * kSecond, 1);
  }
}

TEST(ArrivalsTest, PoissonHasItsRateAndExponentialDistances) {
  const auto all = All(*PoissonArrivals(1000, 100 * kSecond, One(), 42));
  // Of 100,000 expected, four standard deviations.
  EXPECT_NEAR(static_cast<double>(all.size()), 100'000, 4 * std::sqrt(100'000));
  double sum = 0, squares = 0;
  for (size_t i = 1; i < all.size(); ++i) {
    const auto distance = static_cast<double>(all[i].at - all[i - 1].at);
    EXPECT_GE(distance, 0);
    sum += distance;
    squares += distance * distance;
  }
  const auto n = static_cast<double>(all.size() - 1);
  const double mean = sum / n;
  const double deviation = std::sqrt(squares / n - mean * mean);
  // Of an exponential distribution both are the same.
  EXPECT_NEAR(deviation / mean, 1, 0.03);
}

TEST(ArrivalsTest, TheSameSeedGivesTheSameSchedule) {
  const auto times = [](uint64_t seed) {
    std::vector<std::pair<Nanos, uint32_t>> list;
    for (const Arrival& arrival : All(*PoissonArrivals(100, kSecond, FunctionMix(5, 1, seed), seed))) {
      list.emplace_back(arrival.at, arrival.function);
    }
    return list;
  };
  EXPECT_EQ(times(1), times(1));
  EXPECT_NE(times(1), times(2));
}

TEST(ArrivalsTest, RampGrowsEvenly) {
  const auto all = All(*RampArrivals(10, 110, 0, 10 * kSecond, One()));
  // The area below the ramp.
  EXPECT_NEAR(static_cast<double>(all.size()), 600, 1);
  std::map<Nanos, int> per_second;
  for (const Arrival& arrival : all) ++per_second[arrival.at / kSecond];
  EXPECT_NEAR(per_second[0], 15, 1);
  EXPECT_NEAR(per_second[9], 105, 1);
}

TEST(ArrivalsTest, RampMayFallAndHasAWarmUp) {
  const auto all = All(*RampArrivals(100, 1, 2 * kSecond, 10 * kSecond, One()));
  std::map<Nanos, int> per_second;
  for (const Arrival& arrival : all) {
    EXPECT_LT(arrival.at, 12 * kSecond);
    ++per_second[arrival.at / kSecond];
  }
  EXPECT_NEAR(per_second[0], 100, 1);
  EXPECT_NEAR(per_second[1], 100, 1);
  EXPECT_GT(per_second[2], per_second[11]);
}

TEST(ArrivalsTest, ZipfFavoursTheFirst) {
  FunctionMix mix(10, 1, 3);
  std::vector<int> counts(10);
  for (int i = 0; i < 100'000; ++i) ++counts[mix.Next()];
  // 1/k of the first.
  for (size_t k = 1; k < counts.size(); ++k) {
    EXPECT_NEAR(static_cast<double>(counts[k]) * static_cast<double>(k + 1) / counts[0], 1, 0.1) << k;
  }
  FunctionMix alike(4, 0, 3);
  std::vector<int> even(4);
  for (int i = 0; i < 40'000; ++i) ++even[alike.Next()];
  for (const int count : even) EXPECT_NEAR(count, 10'000, 500);
}

TEST(TraceTest, IsSortedAndBeginsWithItsFirstArrival) {
  const auto trace = ParseTrace("time,function\n12.5,b\n10,a\r\n\n11.25,b\n", 1);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->functions, (std::vector<std::string>{"b", "a"}));
  ASSERT_EQ(trace->arrivals.size(), 3u);
  EXPECT_EQ(trace->arrivals[0].at, 0);
  EXPECT_EQ(trace->arrivals[0].function, 1u);
  EXPECT_EQ(trace->arrivals[1].at, 1250 * kMillisecond);
  EXPECT_EQ(trace->arrivals[2].at, 2500 * kMillisecond);
}

TEST(TraceTest, Speed) {
  const auto trace = ParseTrace("0,a\n10,a\n", 4);
  ASSERT_TRUE(trace.ok());
  EXPECT_EQ(trace->arrivals[1].at, 2500 * kMillisecond);
}

TEST(TraceTest, NamesTheLineThatIsWrong) {
  for (const char* line : {"x,a", "-1,a", "1", "1,", "nan,a", "1,a,b"}) {
    const auto trace = ParseTrace(std::string("0,a\n") + line + "\n", 1);
    ASSERT_FALSE(trace.ok()) << line;
    EXPECT_NE(trace.status().message().find("line 2"), absl::string_view::npos) << trace.status();
  }
  EXPECT_FALSE(ParseTrace("", 1).ok());
  EXPECT_FALSE(ParseTrace("seconds,function\n", 1).ok());
}

}  // namespace
}  // namespace hearth::load
