#pragma once

// The pages that every fork of this process writes sooner or later, so that a fork can make them its own at once.
//
// A fork shares all memory with its parent until it writes to a page; each first write costs a fault and a copy. What a
// fork will write is known from one that did the same before (zygote/rehearsal.h). Taking those pages ahead of need, in
// one call of the kernel for each run of pages, moves that cost out of the cold start.
//
//   HotPages pages = HotPages::OwnedBy(rehearsed);   // in the parent, while that fork still lives
//   …                                                // in another fork, while nobody waits for it
//   pages.Take();

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::engine {

class HotPages {
 public:
  HotPages() = default;

  // The pages of this process's private memory of which `fork`, its living fork, has a copy of its own by now. Reads
  // /proc; none where that is not possible.
  static HotPages OwnedBy(pid_t fork);

  // In a fork: makes the pages its own. What cannot be taken is left for a fault.
  void Take() const;

  // In pages.
  size_t count() const;

 private:
  struct Range {
    uintptr_t begin;
    size_t bytes;
  };

  std::vector<Range> ranges_;
};

}  // namespace hearth::engine
