#pragma once

// When requests are due, and for which function: the schedules of the open loop. Pure: the same seed gives the same
// schedule, whatever the machine does.

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/sample.h"

namespace hearth::load {

// Chooses functions: all alike, or by Zipf's law, where the k-th is asked for in proportion to 1/k^exponent.
class FunctionMix {
 public:
  // `functions` is at least 1.
  FunctionMix(size_t functions, double exponent, uint64_t seed);
  uint32_t Next();

 private:
  std::vector<double> cumulative_;
  std::mt19937_64 random_;
};

struct Arrival {
  Nanos at = 0;  // from the beginning of the schedule
  uint32_t function = 0;
};

class Arrivals {
 public:
  virtual ~Arrivals() = default;
  // In order of time; nothing at the end of the schedule.
  virtual std::optional<Arrival> Next() = 0;
};

// `rate` per second, at equal distances. All of them end before `length`.
std::unique_ptr<Arrivals> ConstantArrivals(double rate, Nanos length, FunctionMix mix);
// As a Poisson process of that rate: the distances are independent and exponential, so requests also come in clusters.
std::unique_ptr<Arrivals> PoissonArrivals(double rate, Nanos length, FunctionMix mix, uint64_t seed);
// The rate grows (or falls) evenly from `from` to `to` over `length`, after `warmup` at the rate `from`.
std::unique_ptr<Arrivals> RampArrivals(double from, double to, Nanos warmup, Nanos length, FunctionMix mix);

// A recorded trace.
struct Trace {
  std::vector<std::string> functions;  // in order of their first arrival
  std::vector<Arrival> arrivals;       // in order of time, counted from the first one of the file as 0
};
// Lines "seconds,function", for example "12.25,checkout"; a first line whose first field is no number is a heading. Lines
// need not be sorted. `speed` divides all times. InvalidArgument names the line.
absl::StatusOr<Trace> ParseTrace(std::string_view csv, double speed);
std::unique_ptr<Arrivals> TraceArrivals(std::vector<Arrival> arrivals);

}  // namespace hearth::load
