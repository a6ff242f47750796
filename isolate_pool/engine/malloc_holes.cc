#include "isolate_pool/engine/malloc_holes.h"

#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace hearth::engine {
namespace {

// From the largest hole worth taking (larger requests are mappings of their own) to malloc's smallest block.
constexpr size_t kLargestBytes = 64 << 10;
constexpr size_t kSmallestBytes = 24;
// Between two neighbouring bins of malloc's small sizes.
constexpr size_t kStepBytes = 16;
constexpr size_t kLargestSmallBytes = 1024;

// Where the untouched end of the heap begins.
uintptr_t HeapTop() { return reinterpret_cast<uintptr_t>(sbrk(0)) - mallinfo2().keepcost; }

void FillHoles(size_t bytes, uintptr_t top) {
  while (true) {
    void* volatile const block = std::malloc(bytes);  // volatile: the compiler would see that nobody uses it
    if (block == nullptr) return;
    if (reinterpret_cast<uintptr_t>(block) >= top) return std::free(block);
  }
}

}  // namespace

void FillMallocHoles() {
  // What was freed in small pieces becomes one piece again where it lies side by side.
  malloc_trim(0);
  const uintptr_t top = HeapTop();
  size_t bytes = kLargestBytes;
  for (; bytes > kLargestSmallBytes; bytes /= 2) FillHoles(bytes, top);
  for (bytes = kLargestSmallBytes; bytes > kSmallestBytes; bytes -= kStepBytes) FillHoles(bytes - sizeof(size_t), top);
  FillHoles(kSmallestBytes, top);
}

}  // namespace hearth::engine
