// How the memory of a process that forks often is laid out: inside the Node binary, since it is its memory.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "isolate_pool/engine/dense_page_allocator.h"
#include "isolate_pool/engine/engine_harness.h"
#include "isolate_pool/engine/fork.h"
#include "isolate_pool/engine/hot_pages.h"
#include "isolate_pool/engine/huge_pages.h"
#include "isolate_pool/engine/malloc_holes.h"

namespace hearth::engine {
namespace {

constexpr size_t kUnit = DensePageAllocator::kUnitBytes;
constexpr auto kReadWrite = v8::PageAllocator::kReadWrite;

char* Allocate(DensePageAllocator& pages, size_t length, size_t alignment = kUnit) {
  return static_cast<char*>(pages.AllocatePages(pages.GetRandomMmapAddr(), length, alignment, kReadWrite));
}

TEST(DensePageAllocatorTest, AllocationsLieSideBySideAndHolesAreFilledFirst) {
  DensePageAllocator pages;
  char* const first = Allocate(pages, kUnit);
  char* const second = Allocate(pages, 2 * kUnit);
  char* const third = Allocate(pages, kUnit);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first), pages.begin());
  EXPECT_EQ(second, first + kUnit);
  EXPECT_EQ(third, second + 2 * kUnit);
  EXPECT_EQ(pages.end(), reinterpret_cast<uintptr_t>(third) + kUnit);
  std::memset(second, 1, 2 * kUnit);
  ASSERT_TRUE(pages.FreePages(second, 2 * kUnit));
  EXPECT_EQ(Allocate(pages, 3 * kUnit), third + kUnit) << "too large for the hole";
  char* const again = Allocate(pages, kUnit);
  EXPECT_EQ(again, second);
  EXPECT_EQ(again[0], 0) << "fresh memory is zero";
  EXPECT_EQ(Allocate(pages, kUnit), second + kUnit);
}

TEST(DensePageAllocatorTest, WhatIsReleasedOfAnAllocationIsFreeAgain) {
  DensePageAllocator pages;
  char* const memory = Allocate(pages, 4 * kUnit);
  ASSERT_TRUE(pages.ReleasePages(memory, 4 * kUnit, kUnit + pages.CommitPageSize()));
  memory[kUnit] = 1;
  EXPECT_EQ(Allocate(pages, kUnit), memory + 2 * kUnit);
}

TEST(DensePageAllocatorTest, LargeOnesLieElsewhereAndAligned) {
  DensePageAllocator pages;
  const size_t large = DensePageAllocator::kMaxDenseBytes + kUnit;
  char* const memory = Allocate(pages, large, 4 * kUnit);
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % (4 * kUnit), 0u);
  EXPECT_EQ(pages.begin(), pages.end());
  std::memset(memory, 1, large);
  EXPECT_TRUE(pages.FreePages(memory, large));
}

TEST(DensePageAllocatorTest, DecommittedMemoryIsZeroWhenItComesBack) {
  DensePageAllocator pages;
  char* const memory = Allocate(pages, kUnit);
  std::memset(memory, 1, kUnit);
  ASSERT_TRUE(pages.DecommitPages(memory, kUnit));
  ASSERT_TRUE(pages.SetPermissions(memory, kUnit, kReadWrite));
  EXPECT_EQ(memory[kUnit - 1], 0);
}

TEST(DensePageAllocatorTest, HoldsTheHeapOfV8) {
  const DensePageAllocator& pages = *TheEngine().platform().GetPageAllocator();
  const uintptr_t before = pages.end();
  EXPECT_GT(before, pages.begin());
  EXPECT_EQ(EvaluateInFork("let kept = []; for (let i = 0; i < 1e6; i++) kept.push({ i }); return kept.length"),
            "1000000");
  // What the fork takes is its own: far more than what compiling its script here may take.
  constexpr uintptr_t kTakenByTheFork = 16 << 20;
  EXPECT_LT(pages.end() - before, kTakenByTheFork);
}

// Of the mapping that holds `address`: a value of /proc/self/smaps in KiB.
size_t Kibibytes(const void* address, const std::string& key) {
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(smaps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2) {
      inside = reinterpret_cast<uintptr_t>(address) - begin < end - begin;
    } else if (inside && line.starts_with(key + ":")) {
      return static_cast<size_t>(std::atol(line.c_str() + key.size() + 1));
    }
  }
  return 0;
}

TEST(HugePagesTest, CodeThatWasMovedStillRuns) {
  TheEngine();
  MoveCodeToHugePages();
  EXPECT_EQ(Evaluate("return require('crypto').createHash('sha256').update('x').digest('hex').slice(0, 8)"),
            "2d711642");
  // Twice is once: it is no mapping of the file any more.
  MoveCodeToHugePages();
  EXPECT_EQ(EvaluateInFork("return JSON.parse('[1, 2]').length"), "2");
}

TEST(HugePagesTest, CollectedMemoryIsWhatItWas) {
  constexpr size_t kBytes = 8 << 20;
  char* const memory =
      static_cast<char*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (size_t i = 0; i < kBytes; i += 1000) memory[i] = static_cast<char>(i / 1000);
  CollectIntoHugePages(reinterpret_cast<uintptr_t>(memory), reinterpret_cast<uintptr_t>(memory) + kBytes);
  for (size_t i = 0; i < kBytes; i += 1000) ASSERT_EQ(memory[i], static_cast<char>(i / 1000)) << i;
  EXPECT_EQ(Kibibytes(memory, "AnonHugePages"), 0u) << "mapped page by page: a write in a fork copies one";
  munmap(memory, kBytes);
}

TEST(HugePagesTest, AnEngineWithCollectedMemoryForksAsBefore) {
  Evaluate("globalThis.kept = Array.from({ length: 1000 }, (_, i) => ({ i }))");
  TheEngine().PrepareFork();
  TheEngine().CollectMemory();
  EXPECT_EQ(EvaluateInFork("kept[7].i = 8; return kept[7].i + kept[999].i"), "1007");
  EXPECT_EQ(Evaluate("return kept[7].i"), "7");
}

TEST(HotPagesTest, AForkOwnsThePagesItTook) {
  constexpr size_t kPages = 64;
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  char* const memory =
      static_cast<char*>(mmap(nullptr, kPages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  std::memset(memory, 1, kPages * page);
  TheEngine().PrepareFork();
  int go[2];
  ASSERT_EQ(pipe(go), 0);
  int written[2];
  ASSERT_EQ(pipe(written), 0);
  const ForkResult fork = Fork({.sibling = false});
  if (fork.pid == 0) {
    for (size_t i = 0; i < kPages; i += 2) memory[i * page] = 2;
    if (write(written[1], "x", 1) != 1) _exit(1);
    char byte;
    (void)!read(go[0], &byte, 1);
    _exit(0);
  }
  char byte;
  ASSERT_EQ(read(written[0], &byte, 1), 1);
  const HotPages pages = HotPages::OwnedBy(fork.pid);
  EXPECT_GE(pages.count(), kPages / 2);
  EXPECT_LT(pages.count(), 1000u) << "a fork that does almost nothing owns almost nothing";
  EXPECT_EQ(write(go[1], "x", 1), 1);

  const size_t owned = kPages / 2 * page / 1024;
  EXPECT_EQ(InFork([&] {
              const size_t before = Kibibytes(memory, "Private_Dirty");
              pages.Take();
              const size_t after = Kibibytes(memory, "Private_Dirty");
              if (memory[0] != 1 || memory[page] != 1) return std::string("changed");
              return std::to_string(after - before >= owned);
            }),
            "1");
  for (const int fd : {go[0], go[1], written[0], written[1]}) close(fd);
  munmap(memory, kPages * page);
}

TEST(HotPagesTest, NoneOfAProcessThatIsGone) { EXPECT_EQ(HotPages::OwnedBy(-1).count(), 0u); }

TEST(MallocHolesTest, WhatIsAllocatedAfterwardsLiesAboveAllThatWas) {
  EXPECT_EQ(InFork([] {
              std::vector<void*> blocks;
              for (int i = 0; i < 20000; ++i) blocks.push_back(std::malloc(static_cast<size_t>(16 + i % 900)));
              const auto top = reinterpret_cast<uintptr_t>(blocks.back());
              for (size_t i = 0; i < blocks.size() - 1; i += 2) std::free(blocks[i]);
              FillMallocHoles();
              for (size_t bytes : {16, 24, 100, 500, 1000, 4000}) {
                if (reinterpret_cast<uintptr_t>(std::malloc(bytes)) < top) return "in a hole: " + std::to_string(bytes);
              }
              return std::string("above");
            }),
            "above");
}

TEST(ForkTest, EachForkOfItsOwnPidNamespaceDrawsOtherRandomNumbers) {
  // OpenSSL knows a fork by its process id, which is 1 in both.
  const std::string_view body = "return require('crypto').randomBytes(16).toString('hex') + process.pid";
  Evaluate(body);
  const ForkOptions options{.namespaces = CLONE_NEWUSER | CLONE_NEWPID};
  const std::string first = InFork([&] { return std::to_string(getpid()) + Evaluate(body); }, options);
  const std::string second = InFork([&] { return std::to_string(getpid()) + Evaluate(body); }, options);
  if (first.starts_with("clone: ")) GTEST_SKIP() << "this machine grants no namespaces: " << first;
  EXPECT_TRUE(first.starts_with("1") && second.starts_with("1")) << first << ' ' << second;
  EXPECT_NE(first, second);
}

TEST(ClocksTest, CountFromTheFork) {
  EXPECT_EQ(
      InFork([] {
        const uint64_t before = uv_hrtime();
        const uint64_t origin = TheEngine().clocks().Restart();
        if (origin < before || origin > uv_hrtime()) return std::string("no origin");
        return Evaluate("const now = performance.now(); return [now >= 0, now < 5000, process.uptime() < 5] + ''");
      }),
      "true,true,true");
}

}  // namespace
}  // namespace hearth::engine
