#pragma once

// One HTTP request that is waited for; for what happens beside the load.

#include <string>

#include "absl/status/statusor.h"
#include "bench/load/http_target.h"

namespace hearth::load {

struct HttpAnswer {
  int status = 0;
  bool of_hearth = false;  // it carries hearth's request id
  std::string body;        // at most HttpDialect::kMaxBodyBytes of it
};

// `request` as HttpRequestText makes it. Unavailable with the reason if no answer came.
absl::StatusOr<HttpAnswer> HttpCall(const Url& url, bool insecure, const std::string& request,
                                    bool head_request = false);

}  // namespace hearth::load
