#pragma once

// Conditions on a result, for CI: "cold.p99>10ms", "errors>0", "rate<1000".
//
//   [GROUP.]METRIC OP VALUE
//   GROUP   all (default), cold, warm
//   METRIC  min, mean, p50, p90, p95, p99, p99.9, p99.99, max: latency; VALUE has a unit (us, ms, s)
//           n: requests that ended well
//           rate, errors, throttled, timeouts, failed (all that did not end well): without a group; errors are those
//           of the outcomes error and function_error
//           VALUE may be a share of all requests, as in "failed>1%", except for n and rate
//   OP      > >= < <= == !=

#include <string>

#include <boost/json.hpp>

#include "absl/status/statusor.h"

namespace hearth {

struct FailIf {
  std::string text;  // as given
  std::string group;
  std::string metric;
  std::string op;
  double value = 0;  // milliseconds, or a number
  bool share = false;
};

// InvalidArgument: the message says what is wrong, and which word may have been meant.
absl::StatusOr<FailIf> ParseFailIf(const std::string& text);

struct FailIfResult {
  bool met = false;
  // "cold.p99>10ms: it is 12.3 ms"
  std::string text;
};

// A latency of a group without a request meets no condition; the text says so.
FailIfResult CheckFailIf(const FailIf& condition, const boost::json::object& result);

}  // namespace hearth
