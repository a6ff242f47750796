#pragma once

#include <cstdint>

namespace hearth {

// What all functions of one tenant may use together. 0: no bound.
struct TenantBudget {
  uint32_t max_instances = 0;
  // Invocations at a time, those that wait for an instance included.
  uint32_t max_concurrency = 0;
  // Invocations per second, and how many of them at once; burst 0: one second's.
  uint32_t rate = 0;
  uint32_t burst = 0;
};

}  // namespace hearth
