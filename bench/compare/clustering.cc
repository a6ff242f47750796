#include "bench/compare/clustering.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <vector>

#include "bench/compare/result.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;

constexpr size_t kMinIntervals = 8;
constexpr int kDraws = 400;
constexpr uint64_t kSeed = 1;
// The variance of what a bucket's width leaves open, if a result does not say.
constexpr double kDefaultError = 1.0 / 256;

struct Spread {
  double mean = 0;
  double variance = 0;
};

double At(const json::value* column, size_t i) {
  if (column == nullptr || !column->get_array()[i].is_number()) return 0;
  return column->get_array()[i].to_number<double>();
}

// Of the logarithm of a quantile of n requests of the run.
Spread Expected(const Sample& latency, double quantile, double n, double resolution) {
  Sample interval = latency;
  for (size_t i = 0; i < interval.counts.size(); ++i) {
    interval.counts[i] *= n / latency.n();
    interval.cumulative[i] *= n / latency.n();
  }
  Resampler resampler(kSeed);
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = std::log(resampler.Quantile(interval, quantile));
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kDraws;
  return {mean, std::max(0.0, squares / kDraws - mean * mean) + resolution * resolution / 3};
}

// Intervals of about as many requests share their spread: two digits are enough.
double Rounded(double n) {
  if (n < 100) return std::round(n);
  const double step = std::pow(10, std::floor(std::log10(n)) - 1);
  return std::round(n / step) * step;
}

// Mean square of sums of so many neighbours, each divided by what it would be if they were independent.
double MeanSquare(const std::vector<double>& deviations, size_t together) {
  double squares = 0;
  size_t batches = 0;
  for (size_t i = 0; i + together <= deviations.size(); i += together, ++batches) {
    double sum = 0;
    for (size_t j = i; j < i + together; ++j) sum += deviations[j];
    squares += sum * sum / static_cast<double>(together);
  }
  return batches > 0 ? squares / static_cast<double>(batches) : 0;
}

}  // namespace

double Clustering::Stretch(double n) const {
  if (intervals <= 0) return 1;
  return std::sqrt(1 + std::max(0.0, n / intervals - 1) * correlation);
}

Clustering ClusteringOf(const json::value& result, std::string_view column, double quantile, const Sample& latency) {
  const json::value* values = Find(result, {"series", column});
  const json::value* rates = Find(result, {"series", "rate"});
  const json::value* errors = Find(result, {"series", "errors"});
  const double length = FindNumber(result, {"series", "interval_s"}).value_or(0);
  if (values == nullptr || rates == nullptr || latency.n() < 1 || latency.values.front() <= 0) return {};
  const double resolution = FindNumber(result, {"histogram_error"}).value_or(kDefaultError);

  std::map<double, Spread> expected;
  std::vector<double> deviations;
  double requests = 0;
  for (size_t i = 0; i < values->get_array().size(); ++i) {
    const double n = std::round(At(rates, i) * length - At(errors, i));
    const double value = At(values, i);
    if (n < 1 || value <= 0) continue;
    const double rounded = Rounded(n);
    auto [entry, fresh] = expected.try_emplace(rounded);
    if (fresh) entry->second = Expected(latency, quantile, rounded, resolution);
    deviations.push_back((std::log(value) - entry->second.mean) / std::sqrt(entry->second.variance));
    requests += n;
  }
  if (deviations.size() < kMinIntervals) return {};

  const auto intervals = static_cast<double>(deviations.size());
  const double per_interval = requests / intervals;
  const auto batch = static_cast<size_t>(std::sqrt(intervals));
  const double effect = std::max(MeanSquare(deviations, 1), MeanSquare(deviations, batch));
  if (effect <= 1 || per_interval <= 1) return {.correlation = 0, .intervals = intervals};
  return {.correlation = (effect - 1) / (per_interval - 1), .intervals = intervals};
}

}  // namespace hearth::bench
