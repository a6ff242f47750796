#pragma once

// How far a statistic of a sample could have come out differently, by the bootstrap: what it is in samples drawn anew from
// the observations. Nothing is drawn one by one, so a histogram of a million requests takes as long as one of a thousand:
// a quantile's draw is exact, by the distribution of order statistics; for the mean it is the Bayesian bootstrap (Rubin
// 1981), which gives each observation a random weight instead of a random count and differs by terms of order 1/n only.
//
//   Resampler resampler(seed);
//   PercentileInterval(10'000, 0.95, [&] { return resampler.Quantile(b, 0.99) / resampler.Quantile(a, 0.99); });
//
// All of it takes the observations as independent of each other. The same seed gives the same draws.

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

namespace hearth::bench {

// Values and how often each was seen; values ascend.
struct Sample {
  std::vector<double> values;
  std::vector<double> counts;
  std::vector<double> cumulative;  // of the counts; as long as them

  void Add(double value, double count);
  double n() const { return cumulative.empty() ? 0 : cumulative.back(); }
  // The smallest value that at least `quantile` of all are at or below. The sample must not be empty.
  double Quantile(double quantile) const;
  double Mean() const;
  // At most so many values, each the mean of some that are neighbours.
  Sample Merged(size_t most) const;
};

struct Interval {
  double low = 0;
  double high = 0;
};

class Resampler {
 public:
  explicit Resampler(uint64_t seed) : random_(seed) {}

  // Of samples that are not empty.
  double Quantile(const Sample& sample, double quantile);
  double Mean(const Sample& sample);
  // Of `n` trials of which `hits` hit. Jeffreys' prior: that nothing failed in ten trials does not prove a share of 0.
  double Share(double hits, double n);

 private:
  double Gamma(double shape);
  double Beta(double a, double b);

  std::mt19937_64 random_;
  std::gamma_distribution<double> gamma_;
};

// That holds the share `level` of `draws` draws, leaving out as many below as above.
Interval PercentileInterval(int draws, double level, const std::function<double()>& draw);

}  // namespace hearth::bench
