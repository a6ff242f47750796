#include "isolate_pool/engine/clocks.h"

#include <malloc.h>
#include <sys/time.h>
#include <uv.h>

// Exported by the Node executable, in none of its headers (src/node_perf_common.h, src/node.cc).
namespace node {
namespace performance {
extern const uint64_t performance_process_start;          // NOLINT(readability-identifier-naming): Node's
extern const double performance_process_start_timestamp;  // NOLINT(readability-identifier-naming): Node's
}  // namespace performance
namespace per_process {
extern uint64_t node_start_time;
}
}  // namespace node

namespace hearth::engine {
namespace {

// They are constant to Node, but computed at its start, so they lie in memory that can be written.
template <typename Value>
void Overwrite(const Value& variable, Value value) {
  *const_cast<volatile Value*>(&variable) = value;
}

double MicrosecondsSinceEpoch() {
  timeval time{};
  gettimeofday(&time, nullptr);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
}

}  // namespace

std::string Clocks::Find(node::Environment* environment) {
  // The class is not in Node's headers; within its memory, the origin is found by its value, a count of nanoseconds.
  auto* const words = reinterpret_cast<uint64_t*>(environment);
  const size_t count = malloc_usable_size(environment) / sizeof *words;
  origins_.clear();
  for (size_t i = 0; i < count; ++i) {
    if (words[i] == node::performance::performance_process_start) origins_.push_back(words + i);
  }
  return origins_.empty() ? "cannot find the time origin in this Node's environment" : "";
}

uint64_t Clocks::Restart() {
  const uint64_t now = uv_hrtime();
  Overwrite(node::performance::performance_process_start, now);
  Overwrite(node::performance::performance_process_start_timestamp, MicrosecondsSinceEpoch());
  node::per_process::node_start_time = now;
  for (uint64_t* origin : origins_) *origin = now;
  return now;
}

}  // namespace hearth::engine
