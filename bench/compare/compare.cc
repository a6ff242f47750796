#include "bench/compare/compare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <functional>
#include <string_view>

#include "base/strings.h"
#include "bench/compare/clustering.h"
#include "bench/compare/comparable.h"
#include "bench/compare/result.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kGroups = {"all", "cold", "warm"};
constexpr std::array<std::string_view, 5> kPhases = {"queue", "start", "init", "run", "response"};
struct NamedQuantile {
  const char* name;
  double quantile;
};
constexpr std::array<NamedQuantile, 3> kQuantiles = {{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}}};

// With fewer requests beyond a quantile, its interval is that of a single request or two.
constexpr double kMinBeyondQuantile = 5;
constexpr double kMinForMean = 10;
constexpr size_t kMinIntervals = 8;
// Quantiles beyond it scatter as the p99 of intervals does, those below as their median.
constexpr double kTail = 0.95;
// A draw of a mean costs as much as there are values. Merging buckets to so few of them takes far less than a hundredth
// off the spread of latencies, and nothing off their mean.
constexpr size_t kMaxValuesOfMean = 64;

// One statistic of both results that is to be judged, once it is known how many there are.
struct Pending {
  size_t metric;
  bool more_is_worse;
  double resolution;  // relative error of the values themselves
  std::function<double(Resampler&)> draw;
};

Sample LatencyOf(const json::value& result, std::string_view group) {
  Sample sample;
  const json::value* histogram = Find(result, {"groups", group, "histogram"});
  if (histogram == nullptr) return sample;
  for (const json::value& bucket : histogram->get_array()) {
    sample.Add(bucket.get_array()[0].to_number<double>(), bucket.get_array()[1].to_number<double>());
  }
  return sample;
}

// Requests per second of each interval, without the last one if the run ended within it.
Sample RatesOf(const json::value& result) {
  Sample sample;
  const json::value* rates = Find(result, {"series", "rate"});
  const json::value* t = Find(result, {"series", "t"});
  if (rates == nullptr || t == nullptr) return sample;
  const double length = FindNumber(result, {"series", "interval_s"}).value_or(0);
  const double elapsed = FindNumber(result, {"elapsed_s"}).value_or(0);
  constexpr double kRounding = 1e-6;
  for (size_t i = 0; i < rates->get_array().size(); ++i) {
    const double end = t->get_array()[i].to_number<double>() + length;
    const json::value& rate = rates->get_array()[i];
    if (rate.is_number() && end <= elapsed + kRounding) sample.Add(rate.to_number<double>(), 1);
  }
  return sample;
}

struct Failures {
  double failed = 0;
  double all = 0;
};

Failures FailuresOf(const json::value& result) {
  Failures failures;
  const json::value* outcomes = Find(result, {"outcomes"});
  if (outcomes == nullptr || !outcomes->is_object()) return failures;
  for (const auto& [name, count] : outcomes->get_object()) {
    if (!count.is_number()) continue;
    failures.all += count.to_number<double>();
    if (name != "ok") failures.failed += count.to_number<double>();
  }
  return failures;
}

// A draw, further away from what it is drawn around.
double Stretched(double draw, double center, double stretch) { return center * std::pow(draw / center, stretch); }

class Comparer {
 public:
  Comparer(const json::value& a, const json::value& b, const CompareOptions& options)
      : a_(a), b_(b), options_(options) {
    const Sample latency_a = LatencyOf(a, "all");
    const Sample latency_b = LatencyOf(b, "all");
    middle_a_ = ClusteringOf(a, "p50", 0.5, latency_a);
    middle_b_ = ClusteringOf(b, "p50", 0.5, latency_b);
    tail_a_ = ClusteringOf(a, "p99", 0.99, latency_a);
    tail_b_ = ClusteringOf(b, "p99", 0.99, latency_b);
  }

  Comparison Run() {
    comparison_.warnings = DoubtsAbout(a_, b_);
    for (const std::string_view group : kGroups) AddGroup(group);
    AddRate();
    AddFailures();
    for (const Pending& pending : pending_) Judge(pending);
    return std::move(comparison_);
  }

 private:
  Metric& Add(std::string_view group, std::string_view name, Unit unit, double a, double b) {
    comparison_.metrics.push_back(
        {.group = std::string(group), .name = std::string(name), .unit = unit, .a = a, .b = b});
    return comparison_.metrics.back();
  }

  // The metric that was added last.
  void JudgeLast(bool more_is_worse, double resolution, std::function<double(Resampler&)> draw) {
    pending_.push_back({comparison_.metrics.size() - 1, more_is_worse, resolution, std::move(draw)});
  }

  void AddGroup(std::string_view group) {
    const Sample& a = samples_.emplace_back(LatencyOf(a_, group));
    const Sample& b = samples_.emplace_back(LatencyOf(b_, group));
    for (const auto& [name, quantile] : kQuantiles) {
      const bool tail = quantile > kTail;
      AddLatency(group, name, a, b, kMinBeyondQuantile / (1 - quantile),
                 [&a, &b, quantile = quantile, stretch_a = (tail ? tail_a_ : middle_a_).Stretch(a.n()),
                  stretch_b = (tail ? tail_b_ : middle_b_).Stretch(b.n())](Resampler& resampler) {
                   const double before = resampler.Quantile(a, quantile);
                   const double after = resampler.Quantile(b, quantile);
                   return Stretched(after, b.Quantile(quantile), stretch_b) /
                          Stretched(before, a.Quantile(quantile), stretch_a);
                 });
    }
    const Sample& merged_a = samples_.emplace_back(a.Merged(kMaxValuesOfMean));
    const Sample& merged_b = samples_.emplace_back(b.Merged(kMaxValuesOfMean));
    AddLatency(group, "mean", merged_a, merged_b, kMinForMean,
               [&merged_a, &merged_b, stretch_a = std::max(middle_a_.Stretch(a.n()), tail_a_.Stretch(a.n())),
                stretch_b = std::max(middle_b_.Stretch(b.n()), tail_b_.Stretch(b.n()))](Resampler& resampler) {
                 const double before = resampler.Mean(merged_a);
                 const double after = resampler.Mean(merged_b);
                 return Stretched(after, merged_b.Mean(), stretch_b) / Stretched(before, merged_a.Mean(), stretch_a);
               });
    for (const std::string_view phase : kPhases) {
      const std::optional<double> before = FindNumber(a_, {"groups", group, "phases", phase, "mean"});
      const std::optional<double> after = FindNumber(b_, {"groups", group, "phases", phase, "mean"});
      if (!before || !after || (*before == 0 && *after == 0)) continue;
      Add(group, StrCat(phase, " mean"), Unit::kMilliseconds, *before, *after).reason = "no histogram";
    }
  }

  void AddLatency(std::string_view group, std::string_view name, const Sample& a, const Sample& b, double needed,
                  std::function<double(Resampler&)> draw) {
    const std::optional<double> before = FindNumber(a_, {"groups", group, "latency", name});
    const std::optional<double> after = FindNumber(b_, {"groups", group, "latency", name});
    if (!before || !after) return;
    Metric& metric = Add(group, name, Unit::kMilliseconds, *before, *after);
    if (a.n() < 1 || b.n() < 1) {
      metric.reason = "no histogram";
    } else if (std::min(a.n(), b.n()) < needed - 1e-6) {
      metric.reason = StrCat("fewer than ", std::lround(needed), " requests");
    } else if (std::min(a.values.front(), b.values.front()) <= 0) {
      metric.reason = "latencies of 0";
    } else {
      const double error_a = FindNumber(a_, {"histogram_error"}).value_or(0);
      const double error_b = FindNumber(b_, {"histogram_error"}).value_or(0);
      JudgeLast(true, (1 + error_a) * (1 + error_b) - 1, std::move(draw));
    }
  }

  void AddRate() {
    const std::optional<double> before = FindNumber(a_, {"rate", "achieved"});
    const std::optional<double> after = FindNumber(b_, {"rate", "achieved"});
    if (!before || !after) return;
    Metric& metric = Add("run", "rate", Unit::kPerSecond, *before, *after);
    const Sample& a = samples_.emplace_back(RatesOf(a_));
    const Sample& b = samples_.emplace_back(RatesOf(b_));
    if (FindNumber(a_, {"rate", "asked"}) != FindNumber(b_, {"rate", "asked"})) {
      metric.reason = "not the same rate was asked for";
    } else if (std::min(a.values.size(), b.values.size()) < kMinIntervals) {
      metric.reason = StrCat("fewer than ", kMinIntervals, " whole intervals");
    } else if (std::ranges::max(a.values) <= 0) {
      metric.reason = "a rate of 0";
    } else {
      JudgeLast(false, 0, [&a, &b](Resampler& resampler) {
        const double rate = resampler.Mean(a);
        return resampler.Mean(b) / rate;
      });
    }
  }

  void AddFailures() {
    const Failures a = FailuresOf(a_);
    const Failures b = FailuresOf(b_);
    if (a.all == 0 || b.all == 0) return;
    Add("run", "not ok", Unit::kShare, a.failed / a.all, b.failed / b.all);
    JudgeLast(true, 0, [a, b](Resampler& resampler) {
      const double before = resampler.Share(a.failed, a.all);
      return 1 + resampler.Share(b.failed, b.all) - before;
    });
  }

  // Draws are 1 for no change.
  void Judge(const Pending& pending) {
    Metric& metric = comparison_.metrics[pending.metric];
    const double level = 1 - (1 - kConfidence) / static_cast<double>(pending_.size());
    // A generator of its own: what one metric gets does not depend on which others there are.
    Resampler resampler(options_.seed * 1000 + pending.metric);
    const Interval drawn = PercentileInterval(options_.draws, level, [&] { return pending.draw(resampler); });
    const Interval ratio{drawn.low / (1 + pending.resolution), drawn.high * (1 + pending.resolution)};
    metric.change = Interval{ratio.low - 1, ratio.high - 1};
    if (ratio.low > 1) {
      metric.verdict = pending.more_is_worse ? Verdict::kWorse : Verdict::kBetter;
    } else if (ratio.high < 1) {
      metric.verdict = pending.more_is_worse ? Verdict::kBetter : Verdict::kWorse;
    } else {
      metric.verdict = Verdict::kSame;
    }
  }

  const json::value& a_;
  const json::value& b_;
  const CompareOptions options_;
  Clustering middle_a_, middle_b_;  // as the medians of intervals show it
  Clustering tail_a_, tail_b_;      // as their p99 do
  Comparison comparison_;
  std::deque<Sample> samples_;  // its elements stay where they are
  std::vector<Pending> pending_;
};

}  // namespace

std::optional<double> Metric::Ratio() const {
  if (a == 0) return std::nullopt;
  return b / a;
}

Comparison Compare(const json::value& a, const json::value& b, const CompareOptions& options) {
  return Comparer(a, b, options).Run();
}

bool IsWorse(const Comparison& comparison, double percent) {
  return std::ranges::any_of(comparison.metrics, [percent](const Metric& metric) {
    if (metric.verdict != Verdict::kWorse) return false;
    const std::optional<double> ratio = metric.Ratio();
    // 8 is 20 % less than 10, whatever floating point makes of it.
    constexpr double kRounding = 1e-9;
    return !ratio || 100 * std::abs(*ratio - 1) >= percent - kRounding;
  });
}

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSame:
      return "same";
    case Verdict::kBetter:
      return "better";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kNotJudged:
      return "not judged";
  }
  return "";
}

}  // namespace hearth::bench
