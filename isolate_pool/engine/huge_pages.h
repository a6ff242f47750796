#pragma once

// Fewer and larger pieces of memory for a process that forks often: less to copy in each fork, and fewer faults after it.
// All of it is advice to the kernel: where it has no huge pages to give, everything stays as it was.

#include <cstdint>

namespace hearth::engine {

// Moves the program's own code from its file to huge pages of anonymous memory. A fork shares those with one entry for
// 2 MiB, where it would have to fault the file's pages in anew, 64 KiB at a time. Costs the time and the memory of one
// copy of the code (some 50 MiB), which all forks share. Call while the process has one thread.
void MoveCodeToHugePages();

// Collects the pages of [begin, end) into huge pages, but keeps them mapped one by one: the kernel shares a run of pages
// of one huge page in one step when it forks, and a fork that writes copies 4 KiB and not 2 MiB. Only whole, aligned
// pieces of 2 MiB that are writable throughout.
void CollectIntoHugePages(uintptr_t begin, uintptr_t end);

// CollectIntoHugePages for the heap of malloc.
void CollectMallocHeap();

}  // namespace hearth::engine
