#pragma once

// Cold starts of a function of AWS Lambda, or of what speaks its API: changing an environment variable makes Lambda drop all
// instances of the function (UpdateFunctionConfiguration). The variables that the function had are kept, and stand again
// when this object is gone.

#include <cstdint>
#include <string>

#include <boost/json.hpp>

#include "absl/status/status.h"
#include "bench/load/lambda_dialect.h"

namespace hearth::load {

class LambdaColdStart {
 public:
  static constexpr const char* kVariable = "HEARTH_BENCH_COLD_START";

  LambdaColdStart(LambdaApi api, std::string function, bool insecure)
      : api_(std::move(api)), function_(std::move(function)), insecure_(insecure) {}
  ~LambdaColdStart();
  LambdaColdStart(const LambdaColdStart&) = delete;
  LambdaColdStart& operator=(const LambdaColdStart&) = delete;

  // Returns when the next invocation will be a cold start. FailedPrecondition with what the API said.
  absl::Status Force();

 private:
  absl::Status Update(boost::json::object variables);
  absl::StatusOr<boost::json::object> Configuration();

  const LambdaApi api_;
  const std::string function_;
  const bool insecure_;
  bool has_original_ = false;
  boost::json::object original_;  // variables
  uint64_t round_ = 0;
};

}  // namespace hearth::load
