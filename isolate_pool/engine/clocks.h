#pragma once

// Node's clocks that count from the start of a process: performance.now(), performance.timeOrigin, process.uptime().
//
// Node reads them once, as it starts, into variables that it never writes again. A fork has to count from the fork.

#include <node.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::engine {

class Clocks {
 public:
  // Finds the variables of this environment. Returns an error text, empty on success.
  std::string Find(node::Environment* environment);

  // Lets them count from now on. Returns the new origin: uv_hrtime() in nanoseconds, which the milestones of
  // node:perf_hooks need as well.
  uint64_t Restart();

 private:
  // Copies of the origin within the environment.
  std::vector<uint64_t*> origins_;
};

}  // namespace hearth::engine
