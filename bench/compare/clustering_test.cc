#include "bench/compare/clustering.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "bench/compare/compare.h"
#include "gtest/gtest.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;

struct Load {
  json::value result;
  Sample latency;
};

// So many intervals of 100 requests; each interval is slower or faster than the others by a factor whose logarithm has the
// deviation `common`, and stays so for `spell` intervals.
Load LoadOf(int intervals, double common, int spell, uint64_t seed) {
  constexpr int kPerInterval = 100;
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::map<double, int> buckets;
  json::array t, rate, p50;
  double shift = 0;
  for (int i = 0; i < intervals; ++i) {
    if (i % spell == 0) shift = common * normal(random);
    Sample interval;
    std::map<double, int> counts;
    for (int j = 0; j < kPerInterval; ++j) {
      const double value = std::exp(shift + 0.5 * normal(random));
      const double bucket = std::exp2(std::ceil(std::log2(value) * 128) / 128);
      ++counts[bucket];
      ++buckets[bucket];
    }
    for (const auto& [bound, count] : counts) interval.Add(bound, count);
    t.emplace_back(i);
    rate.emplace_back(kPerInterval);
    p50.emplace_back(interval.Quantile(0.5));
  }
  Load load;
  for (const auto& [bound, count] : buckets) load.latency.Add(bound, count);
  load.result = {
      {"histogram_error", 1.0 / 256},
      {"series", {{"interval_s", 1}, {"t", std::move(t)}, {"rate", std::move(rate)}, {"p50", std::move(p50)}}}};
  return load;
}

double StretchOf(const Load& run) { return ClusteringOf(run.result, "p50", 0.5, run.latency).Stretch(run.latency.n()); }

TEST(ClusteringTest, IndependentRequestsHaveNone) {
  double sum = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) sum += StretchOf(LoadOf(60, 0, 1, seed));
  // The estimate itself scatters, and what is below 1 counts as 1.
  EXPECT_LT(sum / 20, 1.3);
}

TEST(ClusteringTest, SlowSecondsAreFound) {
  // The median of 100 requests deviates by 1.25 * 0.5 / 10 = 0.063; common factors of 0.19 make its variance ten times that.
  double sum = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) sum += StretchOf(LoadOf(60, 0.19, 1, seed));
  EXPECT_GT(sum / 20, 2.5);
  EXPECT_LT(sum / 20, 4.5);
}

TEST(ClusteringTest, SlowSpellsWeighMore) {
  double seconds = 0, spells = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    seconds += StretchOf(LoadOf(64, 0.19, 1, seed));
    spells += StretchOf(LoadOf(64, 0.19, 8, seed));
  }
  EXPECT_GT(spells, 1.5 * seconds);
}

TEST(ClusteringTest, FewRequestsOfAnIntervalHaveLessInCommon) {
  const Clustering clustering{.correlation = 0.1, .intervals = 10};
  EXPECT_DOUBLE_EQ(clustering.Stretch(1010), std::sqrt(11));
  EXPECT_DOUBLE_EQ(clustering.Stretch(110), std::sqrt(2));
  EXPECT_DOUBLE_EQ(clustering.Stretch(5), 1);
  EXPECT_DOUBLE_EQ(Clustering().Stretch(1000), 1);
}

TEST(ClusteringTest, NoneWhereItCannotBeTold) {
  EXPECT_EQ(StretchOf(LoadOf(7, 1, 1, 1)), 1);
  Load run = LoadOf(20, 1, 1, 1);
  EXPECT_GT(StretchOf(run), 1);
  for (json::value& value : run.result.at("series").at("p50").as_array()) value = nullptr;
  EXPECT_EQ(StretchOf(run), 1);
  run.result.as_object().erase("series");
  EXPECT_EQ(StretchOf(run), 1);
  EXPECT_EQ(ClusteringOf(run.result, "p50", 0.5, Sample()).Stretch(10), 1);
}

json::value ResultOf(Load load) {
  json::array histogram;
  for (size_t i = 0; i < load.latency.values.size(); ++i) {
    histogram.push_back(json::array{load.latency.values[i], load.latency.counts[i]});
  }
  load.result.as_object()["groups"] = {
      {"all",
       {{"n", load.latency.n()},
        {"latency", {{"p50", load.latency.Quantile(0.5)}, {"mean", load.latency.Mean()}}},
        {"histogram", std::move(histogram)}}}};
  return std::move(load.result);
}

TEST(ClusteringTest, SlowSecondsAreNoChange) {
  constexpr int kPairs = 100;
  int same = 0, same_if_independent = 0;
  for (uint64_t i = 0; i < kPairs; ++i) {
    json::value a = ResultOf(LoadOf(60, 0.2, 1, 2 * i));
    json::value b = ResultOf(LoadOf(60, 0.2, 1, 2 * i + 1));
    const auto all_same = [&] {
      const Comparison comparison = Compare(a, b, {.draws = 1000});
      EXPECT_EQ(comparison.metrics.size(), 2u);
      return static_cast<int>(std::ranges::all_of(
          comparison.metrics, [](const Metric& metric) { return metric.verdict == Verdict::kSame; }));
    };
    same += all_same();
    a.as_object().erase("series");
    b.as_object().erase("series");
    same_if_independent += all_same();
  }
  EXPECT_GE(same, kPairs * 95 / 100);
  EXPECT_LT(same_if_independent, kPairs * 80 / 100);
}

}  // namespace
}  // namespace hearth::bench
