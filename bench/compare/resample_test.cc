#include "bench/compare/resample.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gtest/gtest.h"

namespace hearth::bench {
namespace {

Sample SampleOf(std::initializer_list<std::pair<double, double>> buckets) {
  Sample sample;
  for (const auto& [value, count] : buckets) sample.Add(value, count);
  return sample;
}

Sample OneToHundred() {
  Sample sample;
  for (int i = 1; i <= 100; ++i) sample.Add(i, 1);
  return sample;
}

TEST(SampleTest, Quantiles) {
  const Sample sample = SampleOf({{1, 50}, {2, 0}, {3, 49}, {9, 1}});
  EXPECT_EQ(sample.n(), 100);
  EXPECT_EQ(sample.values.size(), 3u);
  EXPECT_EQ(sample.Quantile(0), 1);
  EXPECT_EQ(sample.Quantile(0.5), 1);
  EXPECT_EQ(sample.Quantile(0.51), 3);
  EXPECT_EQ(sample.Quantile(0.99), 3);
  EXPECT_EQ(sample.Quantile(0.999), 9);
  EXPECT_EQ(sample.Quantile(1), 9);
}

TEST(SampleTest, RanksAreNotRoundedUp) {
  // 0.07 * 100 is 7.000000000000001.
  EXPECT_EQ(OneToHundred().Quantile(0.07), 7);
}

TEST(SampleTest, MergingKeepsMeanAndNumber) {
  const Sample merged = OneToHundred().Merged(33);
  ASSERT_EQ(merged.values.size(), 25u);
  EXPECT_EQ(merged.values[0], 2.5);
  EXPECT_EQ(merged.counts[24], 4);
  EXPECT_EQ(merged.n(), 100);
  EXPECT_EQ(SampleOf({{1, 1}, {3, 3}}).Merged(1).values, std::vector<double>{2.5});
  EXPECT_EQ(OneToHundred().Merged(100).values.size(), 100u);
  EXPECT_TRUE(Sample().Merged(4).values.empty());
}

// The classical bootstrap, done by drawing.
double DrawnQuantile(const Sample& sample, double quantile, std::mt19937_64& random) {
  std::discrete_distribution<size_t> pick(sample.counts.begin(), sample.counts.end());
  std::vector<double> drawn(static_cast<size_t>(sample.n()));
  std::ranges::generate(drawn, [&] { return sample.values[pick(random)]; });
  std::ranges::sort(drawn);
  return drawn[static_cast<size_t>(std::ceil(quantile * sample.n())) - 1];
}

TEST(ResamplerTest, QuantilesAreDistributedAsThoseOfResamples) {
  const Sample sample = OneToHundred();
  Resampler resampler(1);
  std::mt19937_64 random(2);
  constexpr int kDraws = 4000;
  for (const double quantile : {0.1, 0.5, 0.95}) {
    std::vector<double> fast, slow;
    for (int i = 0; i < kDraws; ++i) {
      fast.push_back(resampler.Quantile(sample, quantile));
      slow.push_back(DrawnQuantile(sample, quantile, random));
    }
    std::ranges::sort(fast);
    std::ranges::sort(slow);
    // Standard deviations of both are about 5, 3 and 2 values: each of these quantiles is known to a small part of that.
    for (const double at : {0.05, 0.25, 0.5, 0.75, 0.95}) {
      const auto index = static_cast<size_t>(at * kDraws);
      EXPECT_NEAR(fast[index], slow[index], 1.01) << quantile << " " << at;
    }
  }
}

TEST(ResamplerTest, MeansSpreadByTheStandardError) {
  const Sample sample = OneToHundred();
  Resampler resampler(3);
  constexpr int kDraws = 20'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double mean = resampler.Mean(sample);
    sum += mean;
    squares += mean * mean;
  }
  const double mean = sum / kDraws;
  const double deviation = std::sqrt(squares / kDraws - mean * mean);
  // The deviation of 1 … 100 is 28.87.
  EXPECT_NEAR(mean, 50.5, 0.1);
  EXPECT_NEAR(deviation, 28.87 / std::sqrt(101), 0.06);
}

TEST(ResamplerTest, SharesOfNothingAreNotNothing) {
  Resampler resampler(4);
  const Interval few = PercentileInterval(10'000, 0.95, [&] { return resampler.Share(0, 10); });
  const Interval many = PercentileInterval(10'000, 0.95, [&] { return resampler.Share(0, 10'000); });
  EXPECT_LT(few.low, 0.001);
  EXPECT_NEAR(few.high, 0.217, 0.02);
  EXPECT_LT(many.high, 0.0004);
  const Interval half = PercentileInterval(10'000, 0.95, [&] { return resampler.Share(50, 100); });
  EXPECT_NEAR(half.low, 0.403, 0.01);
  EXPECT_NEAR(half.high, 0.597, 0.01);
}

TEST(ResamplerTest, TheSameSeedGivesTheSame) {
  const Sample sample = OneToHundred();
  Resampler a(5), b(5), c(6);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const double mean = a.Mean(sample);
    EXPECT_EQ(mean, b.Mean(sample));
    differs |= mean != c.Mean(sample);
  }
  EXPECT_TRUE(differs);
}

TEST(ResamplerTest, OneObservation) {
  const Sample sample = SampleOf({{7, 1}});
  Resampler resampler(1);
  EXPECT_EQ(resampler.Quantile(sample, 0.99), 7);
  EXPECT_EQ(resampler.Mean(sample), 7);
}

TEST(PercentileIntervalTest, LeavesOutAsManyBelowAsAbove) {
  int next = 100;
  const Interval interval = PercentileInterval(100, 0.9, [&] { return next--; });
  EXPECT_EQ(interval.low, 6);
  EXPECT_EQ(interval.high, 95);
}

}  // namespace
}  // namespace hearth::bench
