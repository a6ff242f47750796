#include "bench/compare/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "bench/compare/comparable.h"
#include "bench/compare/result.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;

// Half a bucket, as in results of hearth bench.
constexpr double kError = 1.0 / 256;

double BucketOf(double value) { return std::exp2(std::ceil(std::log2(value) * 128) / 128); }

// Log-normal latencies around `median` ms, as servers have them.
json::object GroupOf(size_t n, double median, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> latency(std::log(median), 0.5);
  Sample sample;
  std::map<double, uint64_t> buckets;
  double sum = 0;
  for (size_t i = 0; i < n; ++i) {
    const double value = latency(random);
    sum += value;
    ++buckets[BucketOf(value)];
  }
  json::array histogram;
  for (const auto& [bound, count] : buckets) {
    sample.Add(bound, static_cast<double>(count));
    histogram.push_back(json::array{bound, count});
  }
  return {{"n", n},
          {"latency",
           {{"mean", sum / static_cast<double>(n)},
            {"p50", sample.Quantile(0.5)},
            {"p90", sample.Quantile(0.9)},
            {"p99", sample.Quantile(0.99)}}},
          {"phases", {{"start", {{"mean", median / 2}}}, {"init", {{"mean", 0}}}}},
          {"histogram", std::move(histogram)}};
}

json::value ResultOf(size_t n, double median, uint64_t seed, uint64_t failed = 0) {
  json::array t, rate;
  std::mt19937_64 random(seed);
  std::poisson_distribution<int> arrivals(200);
  for (int i = 0; i < 30; ++i) {
    t.emplace_back(i);
    rate.emplace_back(arrivals(random));
  }
  return {{"schema", "hearth.bench/1"},
          {"machine", {{"cpu_model", "some CPU"}, {"cpus", 2}}},
          {"target", {{"kind", "http"}, {"functions", json::array{"a", "b"}}}},
          {"scenario", {{"name", "warm"}, {"rate", 200}, {"seed", 1}}},
          {"rate", {{"asked", 200}, {"achieved", 200}}},
          {"elapsed_s", 30},
          {"outcomes", {{"ok", n}, {"timeout", failed}}},
          {"groups", {{"all", GroupOf(n, median, seed)}}},
          {"histogram_error", kError},
          {"series", {{"interval_s", 1}, {"t", std::move(t)}, {"rate", std::move(rate)}}}};
}

const Metric& Find(const Comparison& comparison, std::string_view group, std::string_view name) {
  for (const Metric& metric : comparison.metrics) {
    if (metric.group == group && metric.name == name) return metric;
  }
  ADD_FAILURE() << "no metric " << group << " " << name;
  return comparison.metrics.front();
}

// Fewer than in earnest: intervals get a little coarser, and the test faster.
constexpr CompareOptions kFast{.draws = 1000};

bool AllSame(const Comparison& comparison) {
  return std::ranges::all_of(comparison.metrics, [](const Metric& metric) {
    return metric.verdict == Verdict::kSame || metric.verdict == Verdict::kNotJudged;
  });
}

TEST(CompareTest, TwoRunsOfTheSameAreTheSameInAllMetricsAtOnce) {
  constexpr int kPairs = 100;
  int same = 0;
  for (uint64_t i = 0; i < kPairs; ++i) {
    same += static_cast<int>(AllSame(Compare(ResultOf(1000, 4, 2 * i), ResultOf(1000, 4, 2 * i + 1), kFast)));
  }
  EXPECT_GE(same, kPairs * 95 / 100);
}

TEST(CompareTest, AResultAndItselfAreTheSame) {
  const json::value result = ResultOf(1000, 4, 1);
  const Comparison comparison = Compare(result, result);
  EXPECT_TRUE(AllSame(comparison));
  EXPECT_THAT(comparison.warnings, ElementsAre());
  EXPECT_FALSE(IsWorse(comparison, 0));
}

TEST(CompareTest, AFifthMoreIsFoundInAThousandRequests) {
  constexpr int kPairs = 20;
  for (uint64_t i = 0; i < kPairs; ++i) {
    const json::value a = ResultOf(1000, 4, 2 * i);
    const json::value b = ResultOf(1000, 4.8, 2 * i + 1);
    const Comparison slower = Compare(a, b, kFast);
    const Comparison faster = Compare(b, a, kFast);
    for (const char* name : {"p50", "mean"}) {
      EXPECT_EQ(Find(slower, "all", name).verdict, Verdict::kWorse) << i << " " << name;
      EXPECT_EQ(Find(faster, "all", name).verdict, Verdict::kBetter) << i << " " << name;
      const Interval change = *Find(slower, "all", name).change;
      EXPECT_GT(change.low, 0);
      EXPECT_LT(change.low, 0.2);
      EXPECT_GT(change.high, 0.2);
      EXPECT_LT(change.high, 0.5);
    }
    EXPECT_TRUE(IsWorse(slower, 0));
    EXPECT_FALSE(IsWorse(faster, 0));
  }
}

TEST(CompareTest, FiveRequestsProveNothing) {
  for (uint64_t i = 0; i < 20; ++i) {
    const Comparison comparison = Compare(ResultOf(5, 4, 2 * i), ResultOf(5, 4.8, 2 * i + 1), kFast);
    EXPECT_TRUE(AllSame(comparison)) << i;
    EXPECT_EQ(Find(comparison, "all", "p50").reason, "fewer than 10 requests");
    EXPECT_EQ(Find(comparison, "all", "p99").reason, "fewer than 500 requests");
    EXPECT_FALSE(Find(comparison, "all", "p99").change.has_value());
  }
}

TEST(CompareTest, WhatTheHistogramCannotTellApartIsTheSame) {
  // A million requests, all of which took one bucket more.
  json::value a = ResultOf(100, 4, 1);
  a.at("groups").at("all").at("n") = 1'000'000;
  json::value b = a;
  a.at("groups").at("all").at("histogram") = json::array{json::array{4.0, 1'000'000}};
  b.at("groups").at("all").at("histogram") = json::array{json::array{4.0 * (1 + 2 * kError), 1'000'000}};
  EXPECT_EQ(Find(Compare(a, b, kFast), "all", "p50").verdict, Verdict::kSame);
  b.at("groups").at("all").at("histogram") = json::array{json::array{4.0 * (1 + 5 * kError), 1'000'000}};
  EXPECT_EQ(Find(Compare(a, b, kFast), "all", "p50").verdict, Verdict::kWorse);
}

TEST(CompareTest, SharesOfRequestsThatAreNotOk) {
  EXPECT_EQ(Find(Compare(ResultOf(1000, 4, 1), ResultOf(1000, 4, 2, 2), kFast), "run", "not ok").verdict,
            Verdict::kSame);
  const Comparison worse = Compare(ResultOf(1000, 4, 1), ResultOf(1000, 4, 2, 60), kFast);
  const Metric& metric = Find(worse, "run", "not ok");
  EXPECT_EQ(metric.verdict, Verdict::kWorse);
  EXPECT_EQ(metric.Ratio(), std::nullopt);
  EXPECT_NEAR(metric.b, 60.0 / 1060, 1e-12);
  EXPECT_GT(metric.change->low, 0.02);
  EXPECT_LT(metric.change->high, 0.1);
  // From nothing to something is worse by any percentage.
  EXPECT_TRUE(IsWorse(worse, 1000));
  // Ten requests without an error do not say that a thousand have none.
  EXPECT_EQ(Find(Compare(ResultOf(10, 4, 1), ResultOf(1000, 4, 2, 20), kFast), "run", "not ok").verdict,
            Verdict::kSame);
}

TEST(CompareTest, Rates) {
  json::value b = ResultOf(1000, 4, 2);
  for (json::value& rate : b.at("series").at("rate").as_array()) rate = rate.to_number<double>() * 0.8;
  b.at("rate").at("achieved") = 160;
  const json::value a = ResultOf(1000, 4, 1);
  EXPECT_EQ(Find(Compare(a, b, kFast), "run", "rate").verdict, Verdict::kWorse);
  EXPECT_EQ(Find(Compare(b, a, kFast), "run", "rate").verdict, Verdict::kBetter);
  b.at("rate").at("asked") = 160;
  EXPECT_EQ(Find(Compare(a, b, kFast), "run", "rate").reason, "not the same rate was asked for");
}

TEST(CompareTest, AnIntervalThatTheRunEndedInDoesNotCount) {
  json::value a = ResultOf(1000, 4, 1);
  json::array t, rate;
  for (int i = 0; i < 9; ++i) {
    t.emplace_back(i);
    rate.emplace_back(i == 8 ? 3 : 200);
  }
  a.at("series").at("t") = t;
  a.at("series").at("rate") = rate;
  a.at("elapsed_s") = 8.01;
  const Comparison comparison = Compare(a, a, kFast);
  // All whole intervals are alike.
  EXPECT_NEAR(Find(comparison, "run", "rate").change->high, 0, 1e-9);
  a.at("elapsed_s") = 7.5;
  EXPECT_EQ(Find(Compare(a, a, kFast), "run", "rate").reason, "fewer than 8 whole intervals");
}

TEST(CompareTest, PhasesAreShownButNotJudged) {
  const Comparison comparison = Compare(ResultOf(1000, 4, 1), ResultOf(1000, 8, 2), kFast);
  const Metric& metric = Find(comparison, "all", "start mean");
  EXPECT_EQ(metric.Ratio(), 2);
  EXPECT_EQ(metric.verdict, Verdict::kNotJudged);
  EXPECT_FALSE(metric.change.has_value());
}

TEST(CompareTest, TheAnswerIsTheSameEachTime) {
  const json::value a = ResultOf(1000, 4, 1);
  const json::value b = ResultOf(1000, 4.2, 2);
  const Comparison first = Compare(a, b);
  const Comparison second = Compare(a, b);
  ASSERT_EQ(first.metrics.size(), second.metrics.size());
  for (size_t i = 0; i < first.metrics.size(); ++i) {
    EXPECT_EQ(first.metrics[i].verdict, second.metrics[i].verdict);
    ASSERT_EQ(first.metrics[i].change.has_value(), second.metrics[i].change.has_value());
    if (!first.metrics[i].change) continue;
    EXPECT_EQ(first.metrics[i].change->low, second.metrics[i].change->low);
    EXPECT_EQ(first.metrics[i].change->high, second.metrics[i].change->high);
  }
}

TEST(CompareTest, WorseByAtLeast) {
  Comparison comparison;
  comparison.metrics.push_back({.a = 10, .b = 11.5, .verdict = Verdict::kWorse});
  EXPECT_TRUE(IsWorse(comparison, 0));
  EXPECT_TRUE(IsWorse(comparison, 14.9));
  EXPECT_FALSE(IsWorse(comparison, 15.1));
  comparison.metrics[0].verdict = Verdict::kSame;
  EXPECT_FALSE(IsWorse(comparison, 0));
  // A rate is worse when it falls.
  comparison.metrics[0] = {.unit = Unit::kPerSecond, .a = 10, .b = 8, .verdict = Verdict::kWorse};
  EXPECT_TRUE(IsWorse(comparison, 20));
  EXPECT_FALSE(IsWorse(comparison, 21));
}

TEST(ComparableTest, SaysWhatDiffers) {
  const json::value a = ResultOf(10, 4, 1);
  json::value b = a;
  EXPECT_THAT(DoubtsAbout(a, b), ElementsAre());
  b.at("machine").at("cpus") = 64;
  b.at("target").at("functions") = json::array{"a"};
  b.at("scenario").at("rate") = nullptr;
  b.as_object()["generator"] = {{"saturated", true}};
  EXPECT_THAT(DoubtsAbout(a, b),
              ElementsAre("different number of CPUs: 2 in A, 64 in B", "different functions: a, b in A, a in B",
                          "different rate asked for: 200 in A, not given in B",
                          "in B the load generator was the bottleneck, not the target"));
}

}  // namespace
}  // namespace hearth::bench
