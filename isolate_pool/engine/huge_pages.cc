#include "isolate_pool/engine/huge_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25  // Linux 6.1; not in the headers of Debian 12's C library
#endif

namespace hearth::engine {
namespace {

constexpr uintptr_t kHugePageBytes = 2 << 20;

uintptr_t RoundUp(uintptr_t value) { return (value + kHugePageBytes - 1) & ~(kHugePageBytes - 1); }
uintptr_t RoundDown(uintptr_t value) { return value & ~(kHugePageBytes - 1); }

struct Mapping {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  std::string permissions;
  std::string name;
};

template <typename Visit>
void ForEachMapping(Visit visit) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    Mapping mapping;
    char permissions[5] = "";
    int name = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %n", &mapping.begin, &mapping.end,
                    permissions, &name) != 3) {
      continue;
    }
    mapping.permissions = permissions;
    if (name > 0) mapping.name = line.substr(static_cast<size_t>(name));
    visit(mapping);
  }
}

std::string Executable() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return size <= 0 ? "" : std::string(path, static_cast<size_t>(size));
}

// [begin, end), aligned, replaced by a copy of itself; the replacement itself is one step.
void MoveToHugePages(uintptr_t begin, uintptr_t end) {
  const size_t bytes = end - begin;
  void* const reserved =
      mmap(nullptr, bytes + kHugePageBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return;
  const auto reservation = reinterpret_cast<uintptr_t>(reserved);
  auto* const copy = reinterpret_cast<void*>(RoundUp(reservation));
  const bool copied = mprotect(copy, bytes, PROT_READ | PROT_WRITE) == 0 && madvise(copy, bytes, MADV_HUGEPAGE) == 0;
  if (copied) {
    std::memcpy(copy, reinterpret_cast<void*>(begin), bytes);
    if (mprotect(copy, bytes, PROT_READ | PROT_EXEC) == 0) {
      mremap(copy, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, reinterpret_cast<void*>(begin));
    }
  }
  // What was moved away is unmapped already.
  munmap(reserved, bytes + kHugePageBytes);
}

}  // namespace

void MoveCodeToHugePages() {
  const std::string executable = Executable();
  Mapping code;
  ForEachMapping([&](const Mapping& mapping) {
    if (mapping.permissions == "r-xp" && mapping.name == executable) code = mapping;
  });
  if (const uintptr_t begin = RoundUp(code.begin), end = RoundDown(code.end); begin < end) MoveToHugePages(begin, end);
}

void CollectIntoHugePages(uintptr_t begin, uintptr_t end) {
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  ForEachMapping([&](const Mapping& mapping) {
    if (mapping.permissions != "rw-p" || mapping.end <= begin || mapping.begin >= end) return;
    const uintptr_t first = RoundUp(std::max(mapping.begin, begin));
    const uintptr_t last = RoundDown(std::min(mapping.end, end));
    if (first >= last) return;
    // In one call, which waits for all processors; what cannot be collected stays as it is.
    madvise(reinterpret_cast<void*>(first), last - first, MADV_COLLAPSE);
    for (uintptr_t piece = first; piece < last; piece += kHugePageBytes) {
      // Another protection for one page of it, if only for a moment, takes the mapping apart; the memory stays whole.
      mprotect(reinterpret_cast<void*>(piece), page_bytes, PROT_READ);
      mprotect(reinterpret_cast<void*>(piece), page_bytes, PROT_READ | PROT_WRITE);
    }
  });
}

void CollectMallocHeap() {
  Mapping heap;
  ForEachMapping([&](const Mapping& mapping) {
    if (mapping.name == "[heap]") heap = mapping;
  });
  CollectIntoHugePages(heap.begin, heap.end);
}

}  // namespace hearth::engine
