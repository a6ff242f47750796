#pragma once

// Whether an invocation may begin, decided before any work is done for it and without looking at any other: its tenant's
// rate and number of invocations at a time, then its function's.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "invoker/outcome.h"
#include "invoker/token_bucket.h"
#include "isolate_pool/pool/function_spec.h"
#include "isolate_pool/pool/tenant.h"

namespace hearth {

// Core's thread only.
class Admission {
  struct Scope;

 public:
  using Clock = TokenBucket::Clock;

  struct Refusal {
    Outcome outcome;
    InvocationError error;
  };

  // An invocation's place in the counts of its tenant and its function, given back when it is destroyed. The Admission must
  // outlive it.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : tenant_(std::exchange(other.tenant_, nullptr)), function_(std::exchange(other.function_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(tenant_, other.tenant_);
      std::swap(function_, other.function_);
      return *this;
    }
    ~Place();

   private:
    friend class Admission;
    Scope* tenant_ = nullptr;
    Scope* function_ = nullptr;
  };

  // Before the tenant's first invocation; a tenant without one has no bounds.
  void SetBudget(const std::string& tenant, const TenantBudget& budget);

  // `now` never goes back.
  std::variant<Place, Refusal> Admit(const FunctionSpec& spec, Clock::time_point now);

  // Invocations that have their place at the moment.
  uint32_t InFlight(const std::string& tenant) const;

 private:
  struct Scope {
    uint32_t in_flight = 0;
    uint32_t max_concurrency = 0;
    uint32_t rate = 0;
    uint32_t burst = 0;
    uint64_t version = 0;  // of the function's spec that the bounds are from
    std::optional<TokenBucket> bucket;

    void SetBounds(uint32_t max_concurrency, uint32_t rate, uint32_t burst, Clock::time_point now);
    bool Full() const { return max_concurrency > 0 && in_flight >= max_concurrency; }
    bool Empty(Clock::time_point now) { return bucket.has_value() && !bucket->Has(now); }
  };

  Scope& ScopeOfTenant(const std::string& tenant, Clock::time_point now);
  Scope& ScopeOfFunction(const FunctionSpec& spec, Clock::time_point now);

  std::map<std::string, TenantBudget> budgets_;
  std::map<std::string, Scope, std::less<>> tenants_;
  std::map<std::string, Scope, std::less<>> functions_;
};

}  // namespace hearth
