#include "bench/load/histogram.h"

#include <algorithm>
#include <cmath>

namespace hearth::load {

int64_t Histogram::LowerOf(size_t index) {
  if (index < kSubBuckets) return static_cast<int64_t>(index);
  const size_t exponent = index / kSubBuckets - 1;
  return static_cast<int64_t>((index - exponent * kSubBuckets) << exponent);
}

int64_t Histogram::UpperOf(size_t index) { return LowerOf(index + 1) - 1; }

void Histogram::Merge(const Histogram& other) {
  if (other.count_ == 0) return;
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  count_ += other.count_;
}

void Histogram::Clear() { *this = Histogram(); }

int64_t Histogram::Quantile(double quantile) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_));
  const uint64_t rank = std::clamp<uint64_t>(static_cast<uint64_t>(wanted), 1, count_);
  // Exact at both ends.
  if (rank == 1) return min_;
  if (rank == count_) return max_;
  uint64_t seen = 0;
  for (size_t i = IndexOf(min_); i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::clamp(LowerOf(i) + (UpperOf(i) - LowerOf(i)) / 2, min_, max_);
  }
  return max_;
}

void Histogram::ForEach(const std::function<void(int64_t upper, uint64_t count)>& visit) const {
  for (size_t i = 0; i < kBuckets; ++i) {
    if (buckets_[i] > 0) visit(UpperOf(i), buckets_[i]);
  }
}

}  // namespace hearth::load
