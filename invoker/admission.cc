#include "invoker/admission.h"

#include "base/strings.h"

namespace hearth {
namespace {

// `prefix`: where the keys stand, "tenants.acme.scaling" or "scaling".
Admission::Refusal TooMany(std::string_view who, std::string_view prefix, uint32_t bound) {
  const std::string key = StrCat(prefix, ".max_concurrency");
  return {Outcome::kConcurrencyExceeded,
          {"Hearth.ConcurrencyExceeded",
           StrCat(who, " has ", bound, " invocations under way, which is ", key),
           {},
           LimitBreach{key, StrCat(bound), StrCat(bound + 1)}}};
}

Admission::Refusal TooFast(std::string_view who, std::string_view prefix, uint32_t rate, uint32_t burst) {
  const std::string key = StrCat(prefix, ".rate");
  return {Outcome::kRateExceeded,
          {"Hearth.RateExceeded",
           StrCat(who, " is invoked more often than ", key, " = ", rate, " times a second (", prefix,
                  ".burst = ", burst, ")"),
           {},
           LimitBreach{key, StrCat(rate), ""}}};
}

}  // namespace

Admission::Place::~Place() {
  if (tenant_ != nullptr) --tenant_->in_flight;
  if (function_ != nullptr) --function_->in_flight;
}

void Admission::Scope::SetBounds(uint32_t concurrency, uint32_t per_second, uint32_t at_once, Clock::time_point now) {
  max_concurrency = concurrency;
  rate = per_second;
  burst = at_once == 0 ? per_second : at_once;
  bucket.reset();
  if (rate > 0) bucket.emplace(rate, burst, now);
}

void Admission::SetBudget(const std::string& tenant, const TenantBudget& budget) { budgets_[tenant] = budget; }

Admission::Scope& Admission::ScopeOfTenant(const std::string& tenant, Clock::time_point now) {
  const auto [found, added] = tenants_.try_emplace(tenant);
  if (added) {
    const auto budget = budgets_.find(tenant);
    if (budget != budgets_.end()) {
      found->second.SetBounds(budget->second.max_concurrency, budget->second.rate, budget->second.burst, now);
    }
  }
  return found->second;
}

Admission::Scope& Admission::ScopeOfFunction(const FunctionSpec& spec, Clock::time_point now) {
  Scope& scope = functions_[spec.name];
  if (scope.version != spec.version) {
    scope.version = spec.version;
    scope.SetBounds(spec.scaling.max_concurrency, spec.scaling.rate, spec.scaling.burst, now);
  }
  return scope;
}

std::variant<Admission::Place, Admission::Refusal> Admission::Admit(const FunctionSpec& spec, Clock::time_point now) {
  Scope& tenant = ScopeOfTenant(spec.tenant, now);
  Scope& function = ScopeOfFunction(spec, now);
  // All is looked at before anything is taken.
  if (tenant.Full() || tenant.Empty(now)) {
    const std::string who = StrCat("tenant \"", spec.tenant, "\"");
    const std::string prefix = StrCat("tenants.", spec.tenant, ".scaling");
    if (tenant.Full()) return TooMany(who, prefix, tenant.max_concurrency);
    return TooFast(who, prefix, tenant.rate, tenant.burst);
  }
  if (function.Full() || function.Empty(now)) {
    const std::string who = StrCat("function \"", spec.name, "\"");
    if (function.Full()) return TooMany(who, "scaling", function.max_concurrency);
    return TooFast(who, "scaling", function.rate, function.burst);
  }
  Place place;
  for (Scope* scope : {&tenant, &function}) {
    ++scope->in_flight;
    if (scope->bucket.has_value()) scope->bucket->Take();
  }
  place.tenant_ = &tenant;
  place.function_ = &function;
  return place;
}

uint32_t Admission::InFlight(const std::string& tenant) const {
  const auto found = tenants_.find(tenant);
  return found == tenants_.end() ? 0 : found->second.in_flight;
}

}  // namespace hearth
