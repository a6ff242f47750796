#include "isolate_pool/engine/hot_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>

namespace hearth::engine {
namespace {

// /proc/<pid>/pagemap: one such entry for each page. See the kernel's Documentation/admin-guide/mm/pagemap.rst.
constexpr uint64_t kPresent = uint64_t{1} << 63;
constexpr uint64_t kOfFile = uint64_t{1} << 61;
constexpr uint64_t kExclusive = uint64_t{1} << 56;

constexpr size_t kEntriesAtATime = 512;

class PageMap {
 public:
  explicit PageMap(pid_t pid)
      : fd_(open(("/proc/" + std::to_string(pid) + "/pagemap").c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~PageMap() {
    if (fd_ >= 0) close(fd_);
  }
  PageMap(const PageMap&) = delete;
  PageMap& operator=(const PageMap&) = delete;

  // Entries from this page on; returns how many were read.
  size_t Read(uintptr_t page, std::array<uint64_t, kEntriesAtATime>& entries, size_t count) const {
    const ssize_t size =
        pread(fd_, entries.data(), count * sizeof(uint64_t), static_cast<off_t>(page * sizeof(uint64_t)));
    return size <= 0 ? 0 : static_cast<size_t>(size) / sizeof(uint64_t);
  }

 private:
  const int fd_;
};

}  // namespace

HotPages HotPages::OwnedBy(pid_t fork) {
  HotPages hot;
  const auto page_bytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const PageMap ours(getpid());
  const PageMap theirs(fork);
  std::array<uint64_t, kEntriesAtATime> our_entries{}, their_entries{};
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char permissions[5] = "";
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s", &begin, &end, permissions) != 3) continue;
    if (permissions[1] != 'w' || permissions[3] != 'p') continue;
    for (uintptr_t page = begin / page_bytes; page < end / page_bytes;) {
      const size_t wanted = std::min<size_t>(kEntriesAtATime, end / page_bytes - page);
      const size_t count = std::min(ours.Read(page, our_entries, wanted), theirs.Read(page, their_entries, wanted));
      if (count == 0) break;
      for (size_t i = 0; i < count; ++i) {
        // What this process does not have either is memory that a fork gets as it needs it.
        const bool owned = (their_entries[i] & kPresent) != 0 && (their_entries[i] & kOfFile) == 0 &&
                           (their_entries[i] & kExclusive) != 0;
        if (!owned || (our_entries[i] & kPresent) == 0) continue;
        const uintptr_t address = (page + i) * page_bytes;
        if (!hot.ranges_.empty() && hot.ranges_.back().begin + hot.ranges_.back().bytes == address) {
          hot.ranges_.back().bytes += page_bytes;
        } else {
          hot.ranges_.push_back({address, page_bytes});
        }
      }
      page += count;
    }
  }
  return hot;
}

void HotPages::Take() const {
  for (const Range& range : ranges_) madvise(reinterpret_cast<void*>(range.begin), range.bytes, MADV_POPULATE_WRITE);
}

size_t HotPages::count() const {
  size_t bytes = 0;
  for (const Range& range : ranges_) bytes += range.bytes;
  return bytes / static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace hearth::engine
