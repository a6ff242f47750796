#pragma once

// The graceful tier of limits.memory: notices in time that the JavaScript heap nears its limit, takes the stack of the
// code that is allocating, reports it, and ends the process. (The hard tier, for memory that is not JavaScript heap, is
// the invoker's.)

#include <v8.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hearth {

class MemoryLimit {
 public:
  // Called once, on the isolate's thread, at a moment when no JavaScript may run; must not return to JavaScript: it ends
  // the process. `stack` is empty if the breach happened where none can be taken.
  using OnBreach = std::function<void(uint64_t used_bytes, const std::vector<std::string>& stack)>;

  // Lowers the isolate's heap limit, which was created as large as any function's may be. The object must outlive the
  // isolate.
  MemoryLimit(v8::Isolate* isolate, uint64_t memory_limit_bytes, OnBreach on_breach);

  // The part of a function's memory limit that its JavaScript heap may take: what Node itself needs outside the heap
  // (about 64 MiB, most of it shared with the zygote) stays free, but at least half is for the heap.
  static uint64_t HeapLimit(uint64_t memory_limit_bytes);

 private:
  static size_t NearLimit(void* data, size_t current_limit, size_t initial_limit);
  static void TakeStack(v8::Isolate* isolate, void* data);
  uint64_t UsedBytes() const;

  v8::Isolate* const isolate_;
  const OnBreach on_breach_;
  bool breached_ = false;
};

}  // namespace hearth
