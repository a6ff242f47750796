#include "isolate_pool/engine/dense_page_allocator.h"

#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>

namespace hearth::engine {
namespace {

constexpr size_t kUnits = DensePageAllocator::kArenaBytes / DensePageAllocator::kUnitBytes;
constexpr uintptr_t kHugePageBytes = 2 << 20;
// User space on x86-64 and arm64 has 47 bits at least; one is left for what must not collide with its ends.
constexpr uint64_t kAddressMask = (uint64_t{1} << 46) - 1;

using Permission = v8::PageAllocator::Permission;

int Protection(Permission permission) {
  switch (permission) {
    case Permission::kRead:
      return PROT_READ;
    case Permission::kReadWrite:
      return PROT_READ | PROT_WRITE;
    case Permission::kReadWriteExecute:
      return PROT_READ | PROT_WRITE | PROT_EXEC;
    case Permission::kReadExecute:
      return PROT_READ | PROT_EXEC;
    case Permission::kNoAccess:
    case Permission::kNoAccessWillJitLater:
      return PROT_NONE;
  }
  return PROT_NONE;
}

void* Map(void* hint, size_t length, int protection, int flags) {
  void* const address = mmap(hint, length, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return address == MAP_FAILED ? nullptr : address;
}

bool Unmap(uintptr_t begin, uintptr_t end) {
  return begin == end || munmap(reinterpret_cast<void*>(begin), end - begin) == 0;
}

uintptr_t RoundUp(uintptr_t value, uintptr_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// Reserved address space, without memory behind it.
bool Reserve(void* address, size_t length) {
  return Map(address, length, PROT_NONE, MAP_FIXED | MAP_NORESERVE) != nullptr;
}

}  // namespace

DensePageAllocator::DensePageAllocator() : page_bytes_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
  if (getrandom(&random_, sizeof random_, 0) != sizeof random_) random_ = 1;
  reservation_ = reinterpret_cast<uintptr_t>(Map(nullptr, kArenaBytes + kHugePageBytes, PROT_NONE, MAP_NORESERVE));
  if (reservation_ != 0) arena_ = RoundUp(reservation_, kHugePageBytes);
}

DensePageAllocator::~DensePageAllocator() {
  if (reservation_ != 0) Unmap(reservation_, reservation_ + kArenaBytes + kHugePageBytes);
}

uintptr_t DensePageAllocator::end() const {
  const std::lock_guard lock(mutex_);
  return arena_ + taken_.size() * kUnitBytes;
}

void DensePageAllocator::SetRandomMmapSeed(int64_t seed) {
  const std::lock_guard lock(mutex_);
  random_ = static_cast<uint64_t>(seed) | 1;
}

void* DensePageAllocator::GetRandomMmapAddr() {
  const std::lock_guard lock(mutex_);
  // xorshift64: only the layout depends on it.
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return reinterpret_cast<void*>(random_ & kAddressMask & ~(uint64_t{page_bytes_} - 1));
}

bool DensePageAllocator::InArena(const void* address) const {
  return arena_ != 0 && reinterpret_cast<uintptr_t>(address) - arena_ < kArenaBytes;
}

void* DensePageAllocator::AllocateDense(size_t length, Permission permission) {
  const size_t wanted = RoundUp(length, kUnitBytes) / kUnitBytes;
  const std::lock_guard lock(mutex_);
  while (first_hole_ < taken_.size() && taken_[first_hole_]) ++first_hole_;
  size_t first = first_hole_;
  for (size_t unit = first; unit < taken_.size() && unit < first + wanted; ++unit) {
    if (taken_[unit]) first = unit + 1;
  }
  if (first + wanted > kUnits) return nullptr;
  void* const address = reinterpret_cast<void*>(arena_ + first * kUnitBytes);
  const int protection = Protection(permission);
  if (protection != PROT_NONE && mprotect(address, length, protection) != 0) return nullptr;
  if (taken_.size() < first + wanted) taken_.resize(first + wanted);
  std::fill_n(taken_.begin() + static_cast<ptrdiff_t>(first), wanted, true);
  return address;
}

void* DensePageAllocator::AllocatePages(void* hint, size_t length, size_t alignment, Permission permission) {
  if (arena_ != 0 && length <= kMaxDenseBytes && alignment <= kUnitBytes) {
    if (void* const dense = AllocateDense(length, permission); dense != nullptr) return dense;
  }
  // More than is needed, then what lies before and behind is given back.
  const size_t padded = length + (alignment > page_bytes_ ? alignment - page_bytes_ : 0);
  const int flags = Protection(permission) == PROT_NONE ? MAP_NORESERVE : 0;
  const auto begin = reinterpret_cast<uintptr_t>(Map(hint, padded, Protection(permission), flags));
  if (begin == 0) return nullptr;
  const uintptr_t aligned = RoundUp(begin, alignment);
  Unmap(begin, aligned);
  Unmap(aligned + length, begin + padded);
  return reinterpret_cast<void*>(aligned);
}

void DensePageAllocator::ReleaseUnits(size_t first, size_t count) {
  std::fill_n(taken_.begin() + static_cast<ptrdiff_t>(first), count, false);
  first_hole_ = std::min(first_hole_, first);
}

bool DensePageAllocator::FreePages(void* address, size_t length) {
  const auto begin = reinterpret_cast<uintptr_t>(address);
  if (!InArena(address)) return Unmap(begin, begin + length);
  if (!Reserve(address, length)) return false;
  const std::lock_guard lock(mutex_);
  ReleaseUnits((begin - arena_) / kUnitBytes, RoundUp(length, kUnitBytes) / kUnitBytes);
  return true;
}

bool DensePageAllocator::ReleasePages(void* address, size_t length, size_t new_length) {
  const auto begin = reinterpret_cast<uintptr_t>(address);
  if (!InArena(address)) return Unmap(begin + new_length, begin + length);
  if (!Reserve(reinterpret_cast<void*>(begin + new_length), length - new_length)) return false;
  const size_t kept = RoundUp(new_length, kUnitBytes) / kUnitBytes;
  const std::lock_guard lock(mutex_);
  ReleaseUnits((begin - arena_) / kUnitBytes + kept, RoundUp(length, kUnitBytes) / kUnitBytes - kept);
  return true;
}

bool DensePageAllocator::SetPermissions(void* address, size_t length, Permission permission) {
  return mprotect(address, length, Protection(permission)) == 0;
}

bool DensePageAllocator::RecommitPages(void* address, size_t length, Permission permission) {
  return SetPermissions(address, length, permission);
}

bool DensePageAllocator::DiscardSystemPages(void* address, size_t length) {
  return madvise(address, length, MADV_DONTNEED) == 0;
}

bool DensePageAllocator::DecommitPages(void* address, size_t length) { return Reserve(address, length); }

}  // namespace hearth::engine
