#include "bench/load/histogram.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace hearth::load {
namespace {

int64_t ExactQuantile(std::vector<int64_t> values, double quantile) {
  std::ranges::sort(values);
  const auto rank = static_cast<size_t>(std::ceil(quantile * static_cast<double>(values.size())));
  return values[std::clamp<size_t>(rank, 1, values.size()) - 1];
}

TEST(HistogramTest, EmptyIsAllZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.Mean(), 0);
  EXPECT_EQ(histogram.Quantile(0.5), 0);
}

TEST(HistogramTest, OneValueIsExactAtEveryQuantile) {
  Histogram histogram;
  histogram.Add(123'456'789);
  for (const double quantile : {0.0, 0.5, 0.9999, 1.0}) EXPECT_EQ(histogram.Quantile(quantile), 123'456'789);
  EXPECT_EQ(histogram.Mean(), 123'456'789);
}

TEST(HistogramTest, SmallValuesAreExact) {
  Histogram histogram;
  for (int64_t value = 0; value < 128; ++value) histogram.Add(value);
  for (int64_t value = 0; value < 128; ++value) {
    EXPECT_EQ(histogram.Quantile(static_cast<double>(value + 1) / 128), value);
  }
}

// The promise of the header, for distributions of every shape and size.
TEST(HistogramTest, EveryQuantileIsWithinTheBound) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 60; ++round) {
    Histogram histogram;
    std::vector<int64_t> values;
    const double spread = std::uniform_real_distribution<double>(0.1, 4)(random);
    const double centre = std::uniform_real_distribution<double>(2, 20)(random);
    std::lognormal_distribution<double> distribution(centre, spread);
    const size_t count = std::uniform_int_distribution<size_t>(1, 5000)(random);
    for (size_t i = 0; i < count; ++i) {
      const auto value = static_cast<int64_t>(std::min(distribution(random), static_cast<double>(Histogram::kMax)));
      values.push_back(value);
      histogram.Add(value);
    }
    for (const double quantile : {0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0}) {
      const int64_t exact = ExactQuantile(values, quantile);
      const int64_t found = histogram.Quantile(quantile);
      // Half a nanosecond of rounding on top.
      EXPECT_LE(std::abs(static_cast<double>(found - exact)),
                static_cast<double>(exact) * Histogram::kRelativeError + 0.5)
          << "round " << round << " quantile " << quantile << ": " << found << " for " << exact;
    }
    EXPECT_EQ(histogram.max(), *std::ranges::max_element(values));
    EXPECT_EQ(histogram.min(), *std::ranges::min_element(values));
  }
}

TEST(HistogramTest, MergedIsAsIfAllHadBeenAddedToOne) {
  std::mt19937_64 random(11);
  std::exponential_distribution<double> distribution(1e-6);
  Histogram one, left, right;
  for (int i = 0; i < 10'000; ++i) {
    const auto value = static_cast<int64_t>(distribution(random));
    one.Add(value);
    (i % 3 == 0 ? left : right).Add(value);
  }
  Histogram empty;
  left.Merge(right);
  left.Merge(empty);
  empty.Merge(left);
  for (const Histogram* merged : {&left, &empty}) {
    EXPECT_EQ(merged->count(), one.count());
    EXPECT_EQ(merged->min(), one.min());
    EXPECT_EQ(merged->max(), one.max());
    for (const double quantile : {0.1, 0.5, 0.99, 0.9999}) {
      EXPECT_EQ(merged->Quantile(quantile), one.Quantile(quantile));
    }
  }
}

TEST(HistogramTest, BucketsAreAscendingAndHoldAll) {
  Histogram histogram;
  for (int64_t value = 1; value < 1'000'000'000; value *= 3) histogram.Add(value);
  int64_t before = -1;
  uint64_t sum = 0;
  histogram.ForEach([&](int64_t upper, uint64_t count) {
    EXPECT_GT(upper, before);
    before = upper;
    sum += count;
  });
  EXPECT_EQ(sum, histogram.count());
}

TEST(HistogramTest, ValuesOutOfRangeAreKeptAtItsEnds) {
  Histogram histogram;
  histogram.Add(-5);
  histogram.Add(Histogram::kMax + 1);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), Histogram::kMax + 1);
  EXPECT_EQ(histogram.count(), 2u);
}

}  // namespace
}  // namespace hearth::load
