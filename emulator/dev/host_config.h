#pragma once

// What the operator of a hearth says of all its functions: `hearth dev --config FILE`. Every key is optional.
//
//   [defaults.limits]            # keys as in hearth.toml's [limits]: for functions that do not say it themselves
//   memory = "256MB"
//   [defaults.scaling]           # likewise, [scaling]
//   max_instances = 20
//
//   [tenants.acme.limits]        # the most that a function of this tenant may ask for
//   timeout = "30s"
//   [tenants.acme.scaling]       # of all its functions together; absent: no bound
//   max_instances = 50           # 1 to 10000
//   max_concurrency = 200        # invocations at a time, those that wait included; 1 to 1000000
//   rate = 100                   # invocations per second, 1 to 1000000
//   burst = 200                  # … of which so many at once; default: one second's
//
// A function is of the tenant that its hearth.toml names (`tenant = "acme"`), else of "default". A function that asks for
// more than its tenant may have is an error; a default above the maximum is lowered to it.
//
// Strict, with messages, as hearth.toml (config.h).

#include <filesystem>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "isolate_pool/pool/function_spec.h"
#include "isolate_pool/pool/tenant.h"

namespace hearth {

class HostConfig {
 public:
  // InvalidArgument or NotFound with one line of text.
  static absl::StatusOr<HostConfig> Read(const std::filesystem::path& file);

  // Gives the function what the defaults say and it does not, and holds it to its tenant's maxima. InvalidArgument names
  // both places.
  absl::Status Apply(FunctionSpec* spec) const;

  // The tenants that the file names.
  const std::map<std::string, TenantBudget>& budgets() const { return budgets_; }

 private:
  // Only `configured` and the keys in it count.
  FunctionSpec defaults_;
  std::map<std::string, FunctionSpec> maxima_;  // by tenant
  std::map<std::string, TenantBudget> budgets_;
};

}  // namespace hearth
