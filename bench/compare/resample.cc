#include "bench/compare/resample.h"

#include <algorithm>
#include <cmath>

namespace hearth::bench {
namespace {

// Where floating point makes a rank of 99.00000000000001 out of 99.
constexpr double kRounding = 1e-9;

double ValueAtRank(const Sample& sample, double rank) {
  const auto bucket = std::ranges::lower_bound(sample.cumulative, rank - kRounding * rank);
  const size_t index = static_cast<size_t>(bucket - sample.cumulative.begin());
  return sample.values[std::min(index, sample.values.size() - 1)];
}

// Of the observation that a quantile is, from 1.
double RankOf(double quantile, double n) { return std::max(1.0, std::ceil(quantile * n * (1 - kRounding))); }

}  // namespace

void Sample::Add(double value, double count) {
  if (count <= 0) return;
  values.push_back(value);
  counts.push_back(count);
  cumulative.push_back(n() + count);
}

Sample Sample::Merged(size_t most) const {
  const size_t together = (values.size() + most - 1) / most;
  Sample merged;
  for (size_t i = 0; i < values.size(); i += together) {
    double count = 0;
    double sum = 0;
    for (size_t j = i; j < std::min(i + together, values.size()); ++j) {
      count += counts[j];
      sum += counts[j] * values[j];
    }
    merged.Add(sum / count, count);
  }
  return merged;
}

double Sample::Mean() const {
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) sum += counts[i] * values[i];
  return sum / n();
}

double Sample::Quantile(double quantile) const { return ValueAtRank(*this, RankOf(quantile, n())); }

double Resampler::Gamma(double shape) { return gamma_(random_, std::gamma_distribution<double>::param_type(shape)); }

double Resampler::Beta(double a, double b) {
  const double x = Gamma(a);
  const double y = Gamma(b);
  return x + y > 0 ? x / (x + y) : 0.5;
}

// A resample's k-th smallest of n lies where the k-th smallest of n uniform numbers does, which is Beta(k, n - k + 1). So
// one draw gives exactly what drawing n observations, sorting them and taking the k-th would.
double Resampler::Quantile(const Sample& sample, double quantile) {
  const double n = sample.n();
  const double rank = RankOf(quantile, n);
  return ValueAtRank(sample, Beta(rank, n - rank + 1) * n);
}

// The weights of a bucket's observations add up to a gamma variable with their number as its shape.
double Resampler::Mean(const Sample& sample) {
  double sum = 0;
  double weights = 0;
  for (size_t i = 0; i < sample.values.size(); ++i) {
    const double weight = Gamma(sample.counts[i]);
    sum += weight * sample.values[i];
    weights += weight;
  }
  return weights > 0 ? sum / weights : sample.values.front();
}

double Resampler::Share(double hits, double n) { return Beta(hits + 0.5, n - hits + 0.5); }

Interval PercentileInterval(int draws, double level, const std::function<double()>& draw) {
  std::vector<double> values(static_cast<size_t>(draws));
  std::ranges::generate(values, draw);
  std::ranges::sort(values);
  const auto outside = static_cast<size_t>((1 - level) / 2 * draws * (1 + kRounding));
  return {values[outside], values[values.size() - 1 - outside]};
}

}  // namespace hearth::bench
