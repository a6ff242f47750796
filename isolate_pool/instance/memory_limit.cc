#include "isolate_pool/instance/memory_limit.h"

#include <algorithm>

#include "isolate_pool/instance/stack_trace.h"

namespace hearth {
namespace {

constexpr uint64_t kMegabyte = 1 << 20;
constexpr uint64_t kOutsideHeapBytes = 64 * kMegabyte;
// Granted once, so that the code that is allocating reaches a point where its stack can be taken: a quarter of the limit,
// because what a collection may leave above the limit grows with the heap, and 32 MiB at least.
constexpr size_t kGraceDivisor = 4;
constexpr size_t kMinGraceBytes = 32 * kMegabyte;

}  // namespace

uint64_t MemoryLimit::HeapLimit(uint64_t memory_limit_bytes) {
  const uint64_t half = memory_limit_bytes / 2;
  return std::max(half, memory_limit_bytes > kOutsideHeapBytes ? memory_limit_bytes - kOutsideHeapBytes : 0);
}

MemoryLimit::MemoryLimit(v8::Isolate* isolate, uint64_t memory_limit_bytes, OnBreach on_breach)
    : isolate_(isolate), on_breach_(std::move(on_breach)) {
  // V8 fixes the limit when it creates an isolate; removing a callback is what lowers it afterwards.
  isolate_->AddNearHeapLimitCallback(&MemoryLimit::NearLimit, this);
  isolate_->RemoveNearHeapLimitCallback(&MemoryLimit::NearLimit, HeapLimit(memory_limit_bytes));
  isolate_->AddNearHeapLimitCallback(&MemoryLimit::NearLimit, this);
  isolate_->SetOOMErrorHandler(
      [](const char*, const v8::OOMDetails&, void* data) {
        auto* self = static_cast<MemoryLimit*>(data);
        self->on_breach_(self->UsedBytes(), {});
      },
      this);
}

size_t MemoryLimit::NearLimit(void* data, size_t current_limit, size_t /*initial_limit*/) {
  auto* self = static_cast<MemoryLimit*>(data);
  // Second time: the grace is used up and no stack could be taken. Optimised loops that call nothing but builtins look at
  // no interrupt, not even node:vm's timeout, and optimised frames cannot be walked at an allocation.
  if (self->breached_) self->on_breach_(self->UsedBytes(), {});
  self->breached_ = true;
  self->isolate_->RequestInterrupt(&MemoryLimit::TakeStack, self);
  return current_limit + std::max(current_limit / kGraceDivisor, kMinGraceBytes);
}

void MemoryLimit::TakeStack(v8::Isolate* isolate, void* data) {
  auto* self = static_cast<MemoryLimit*>(data);
  self->on_breach_(self->UsedBytes(), CurrentStack(isolate));
}

uint64_t MemoryLimit::UsedBytes() const {
  v8::HeapStatistics statistics;
  isolate_->GetHeapStatistics(&statistics);
  return statistics.total_physical_size() + statistics.external_memory();
}

}  // namespace hearth
