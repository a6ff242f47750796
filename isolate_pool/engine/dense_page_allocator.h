#pragma once

// V8's memory in one place.
//
// V8 asks for its heap in pages of 256 KiB, each at an address of its own choosing at random. A fork then copies one page
// table for every one of them, and the kernel cannot keep them in huge pages (huge_pages.h). Here they lie side by side in
// one arena, the first hole first. The arena's own address is the kernel's choice, as random as any.
//
// Any thread may call anything. What does not fit into the arena (large objects, reservations) is mapped where V8 wishes.

#include <v8-platform.h>

#include <cstdint>
#include <mutex>
#include <vector>

namespace hearth::engine {

class DensePageAllocator final : public v8::PageAllocator {
 public:
  // The arena is address space, no memory: a reservation of this size costs nothing.
  static constexpr size_t kArenaBytes = size_t{4} << 30;
  // What V8's pages are multiples of, and aligned to.
  static constexpr size_t kUnitBytes = 256 << 10;
  // Of the largest allocation that the arena takes.
  static constexpr size_t kMaxDenseBytes = 2 << 20;

  // Without an arena, if the machine refuses one (RLIMIT_AS): then all is mapped where V8 wishes.
  DensePageAllocator();
  ~DensePageAllocator() override;
  DensePageAllocator(const DensePageAllocator&) = delete;
  DensePageAllocator& operator=(const DensePageAllocator&) = delete;

  // Where the arena begins, and how far it has been used; begin == end without one.
  uintptr_t begin() const { return arena_; }
  uintptr_t end() const;

  // v8::PageAllocator
  size_t AllocatePageSize() override { return page_bytes_; }
  size_t CommitPageSize() override { return page_bytes_; }
  void SetRandomMmapSeed(int64_t seed) override;
  void* GetRandomMmapAddr() override;
  void* AllocatePages(void* hint, size_t length, size_t alignment, Permission permission) override;
  bool FreePages(void* address, size_t length) override;
  bool ReleasePages(void* address, size_t length, size_t new_length) override;
  bool SetPermissions(void* address, size_t length, Permission permission) override;
  bool RecommitPages(void* address, size_t length, Permission permission) override;
  bool DiscardSystemPages(void* address, size_t length) override;
  bool DecommitPages(void* address, size_t length) override;

 private:
  bool InArena(const void* address) const;
  void* AllocateDense(size_t length, Permission permission);
  // Units [first, first + count) are free again. Requires mutex_.
  void ReleaseUnits(size_t first, size_t count);

  const size_t page_bytes_;
  uintptr_t reservation_ = 0;
  uintptr_t arena_ = 0;       // aligned to a huge page; 0: none
  mutable std::mutex mutex_;  // guards all below
  std::vector<bool> taken_;   // by unit; only as long as the arena has been used
  size_t first_hole_ = 0;     // no unit below it is free
  uint64_t random_ = 0;
};

}  // namespace hearth::engine
