#pragma once

// Durations, counted in buckets whose width grows with the value: the size is fixed however many are added, and a quantile
// is off by at most kRelativeError of the true one, whatever the distribution.
//
//   Histogram latency;
//   latency.Add(1'250'000);
//   latency.Quantile(0.99);   // nanoseconds
//
// Each power of two is divided into 2^kSubBucketBits buckets of equal width. A quantile is the middle of its bucket, so the
// bound is half a bucket's width over its lower end: 2^-(kSubBucketBits + 1). Values below 2^kSubBucketBits ns are exact,
// and so are count, min, max and sum. Values above kMax count as kMax in the buckets (max stays exact), negative ones as 0.
//
// A value type of about 37 KB. Not thread-safe.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace hearth::load {

class Histogram {
 public:
  static constexpr int kSubBucketBits = 7;
  static constexpr int kMaxBits = 42;
  static constexpr int64_t kMax = (int64_t{1} << kMaxBits) - 1;  // about 73 minutes
  static constexpr double kRelativeError = 1.0 / (1 << (kSubBucketBits + 1));

  void Add(int64_t nanoseconds) {
    const int64_t value = nanoseconds < 0 ? 0 : nanoseconds;
    ++buckets_[IndexOf(value)];
    if (count_ == 0 || value < min_) min_ = value;
    if (value > max_) max_ = value;
    sum_ += static_cast<double>(value);
    ++count_;
  }
  void Merge(const Histogram& other);
  void Clear();

  uint64_t count() const { return count_; }
  // 0 while it is empty, as are mean and every quantile.
  int64_t min() const { return min_; }
  int64_t max() const { return max_; }
  double Mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }
  // The value that at least `quantile` (0 to 1) of all are at or below.
  int64_t Quantile(double quantile) const;

  // Buckets that hold something, in ascending order; `upper` is the largest value that falls into the bucket.
  void ForEach(const std::function<void(int64_t upper, uint64_t count)>& visit) const;

 private:
  static constexpr size_t kSubBuckets = size_t{1} << kSubBucketBits;
  static constexpr size_t kBuckets = (kMaxBits - kSubBucketBits + 1) * kSubBuckets;

  static size_t IndexOf(int64_t value);
  static int64_t LowerOf(size_t index);
  static int64_t UpperOf(size_t index);

  std::array<uint64_t, kBuckets> buckets_{};
  uint64_t count_ = 0;
  int64_t min_ = 0;
  int64_t max_ = 0;
  double sum_ = 0;
};

inline size_t Histogram::IndexOf(int64_t value) {
  const uint64_t bounded = static_cast<uint64_t>(value > kMax ? kMax : value);
  if (bounded < kSubBuckets) return static_cast<size_t>(bounded);
  const int exponent = 63 - __builtin_clzll(bounded) - kSubBucketBits;
  return static_cast<size_t>(exponent) * kSubBuckets + static_cast<size_t>(bounded >> exponent);
}

}  // namespace hearth::load
