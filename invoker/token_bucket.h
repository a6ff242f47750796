#pragma once

// A rate with a burst: `burst` tokens at first, `per_second` new ones each second, never more than `burst`.

#include <algorithm>
#include <chrono>

namespace hearth {

class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(double per_second, double burst, Clock::time_point now)
      : per_second_(per_second), burst_(burst), tokens_(burst), filled_at_(now) {}

  // Whether there is a token. `now` never goes back.
  bool Has(Clock::time_point now) {
    const double seconds = std::chrono::duration<double>(now - filled_at_).count();
    tokens_ = std::min(burst_, tokens_ + seconds * per_second_);
    filled_at_ = now;
    return tokens_ >= 1;
  }
  // Requires that Has was true for the same time.
  void Take() { tokens_ -= 1; }

 private:
  const double per_second_;
  const double burst_;
  double tokens_;
  Clock::time_point filled_at_;
};

}  // namespace hearth
