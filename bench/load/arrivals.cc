#include "bench/load/arrivals.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/strings.h"

namespace hearth::load {
namespace {

// Random numbers of one seed for different purposes must not be the same ones.
constexpr uint64_t kMixStream = 0x9e3779b97f4a7c15;

Nanos ToNanos(double seconds) { return static_cast<Nanos>(std::llround(seconds * static_cast<double>(kSecond))); }

class Constant final : public Arrivals {
 public:
  Constant(double rate, Nanos length, FunctionMix mix) : rate_(rate), length_(length), mix_(std::move(mix)) {}
  std::optional<Arrival> Next() override {
    // Of the number, not of the one before: no error adds up.
    const Nanos at = ToNanos(static_cast<double>(next_) / rate_);
    if (at >= length_) return std::nullopt;
    ++next_;
    return Arrival{at, mix_.Next()};
  }

 private:
  const double rate_;
  const Nanos length_;
  uint64_t next_ = 0;
  FunctionMix mix_;
};

class Poisson final : public Arrivals {
 public:
  Poisson(double rate, Nanos length, FunctionMix mix, uint64_t seed)
      : length_(length), mix_(std::move(mix)), random_(seed), distance_(rate) {}
  std::optional<Arrival> Next() override {
    at_ += distance_(random_);
    const Nanos at = ToNanos(at_);
    if (at >= length_) return std::nullopt;
    return Arrival{at, mix_.Next()};
  }

 private:
  const Nanos length_;
  double at_ = 0;
  FunctionMix mix_;
  std::mt19937_64 random_;
  std::exponential_distribution<double> distance_;
};

class Ramp final : public Arrivals {
 public:
  Ramp(double from, double to, Nanos warmup, Nanos length, FunctionMix mix)
      : from_(from),
        slope_((to - from) / (static_cast<double>(length) / kSecond)),
        warmup_(static_cast<double>(warmup) / kSecond),
        length_(warmup + length),
        mix_(std::move(mix)) {}
  std::optional<Arrival> Next() override {
    const Nanos at = ToNanos(TimeOf(static_cast<double>(next_)));
    if (at >= length_ || at < 0) return std::nullopt;
    ++next_;
    return Arrival{at, mix_.Next()};
  }

 private:
  // When `count` requests are due: the inverse of the integral of the rate. Negative if so many never are.
  double TimeOf(double count) const {
    const double before = from_ * warmup_;
    if (count < before) return count / from_;
    const double left = count - before;
    if (slope_ == 0) return warmup_ + left / from_;
    const double square = from_ * from_ + 2 * slope_ * left;
    return square < 0 ? -1 : warmup_ + (std::sqrt(square) - from_) / slope_;
  }

  const double from_;
  const double slope_;
  const double warmup_;
  const Nanos length_;
  uint64_t next_ = 0;
  FunctionMix mix_;
};

class Recorded final : public Arrivals {
 public:
  explicit Recorded(std::vector<Arrival> arrivals) : arrivals_(std::move(arrivals)) {}
  std::optional<Arrival> Next() override {
    if (next_ == arrivals_.size()) return std::nullopt;
    return arrivals_[next_++];
  }

 private:
  const std::vector<Arrival> arrivals_;
  size_t next_ = 0;
};

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '"')) text.remove_suffix(1);
  return text;
}

std::optional<double> ParseSeconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(seconds)) return std::nullopt;
  return seconds;
}

}  // namespace

FunctionMix::FunctionMix(size_t functions, double exponent, uint64_t seed) : random_(seed ^ kMixStream) {
  double sum = 0;
  for (size_t i = 0; i < functions; ++i) {
    sum += std::pow(static_cast<double>(i + 1), -exponent);
    cumulative_.push_back(sum);
  }
}

uint32_t FunctionMix::Next() {
  if (cumulative_.size() == 1) return 0;
  const double point = std::uniform_real_distribution<double>(0, cumulative_.back())(random_);
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, point);
  return static_cast<uint32_t>(found - cumulative_.begin());
}

std::unique_ptr<Arrivals> ConstantArrivals(double rate, Nanos length, FunctionMix mix) {
  return std::make_unique<Constant>(rate, length, std::move(mix));
}

std::unique_ptr<Arrivals> PoissonArrivals(double rate, Nanos length, FunctionMix mix, uint64_t seed) {
  return std::make_unique<Poisson>(rate, length, std::move(mix), seed);
}

std::unique_ptr<Arrivals> RampArrivals(double from, double to, Nanos warmup, Nanos length, FunctionMix mix) {
  return std::make_unique<Ramp>(from, to, warmup, length, std::move(mix));
}

std::unique_ptr<Arrivals> TraceArrivals(std::vector<Arrival> arrivals) {
  return std::make_unique<Recorded>(std::move(arrivals));
}

absl::StatusOr<Trace> ParseTrace(std::string_view csv, double speed) {
  Trace trace;
  size_t number = 0;
  while (!csv.empty()) {
    ++number;
    const size_t end = std::min(csv.find('\n'), csv.size());
    const std::string_view line = Trimmed(csv.substr(0, end));
    csv.remove_prefix(std::min(end + 1, csv.size()));
    if (line.empty()) continue;
    const size_t comma = line.find(',');
    const std::string_view function = comma == std::string_view::npos ? "" : Trimmed(line.substr(comma + 1));
    const std::optional<double> seconds = ParseSeconds(Trimmed(line.substr(0, comma)));
    if (number == 1 && !seconds.has_value()) continue;
    if (!seconds.has_value() || *seconds < 0 || function.empty() || function.find(',') != std::string_view::npos) {
      return absl::InvalidArgumentError(
          StrCat("line ", number, ": \"", line, "\" is not \"seconds,function\", as in \"12.25,checkout\""));
    }
    auto known = std::find(trace.functions.begin(), trace.functions.end(), function);
    if (known == trace.functions.end()) known = trace.functions.emplace(known, function);
    trace.arrivals.push_back({ToNanos(*seconds / speed), static_cast<uint32_t>(known - trace.functions.begin())});
  }
  if (trace.arrivals.empty()) return absl::InvalidArgumentError("it holds no arrival");
  std::ranges::stable_sort(trace.arrivals, {}, &Arrival::at);
  const Nanos first = trace.arrivals.front().at;
  for (Arrival& arrival : trace.arrivals) arrival.at -= first;
  return trace;
}

}  // namespace hearth::load
