#include "isolate_pool/pool/process_statistics.h"

#include <dirent.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>

#include "base/strings.h"
#include "isolate_pool/channel/scoped_fd.h"

namespace hearth {
namespace {

// Reads a small file of /proc/<pid> into `buffer`; empty if there is none.
template <size_t kSize>
std::string_view ReadProc(pid_t pid, const char* name, char (&buffer)[kSize]) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  const ScopedFd file(open(path, O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return {};
  const ssize_t size = read(file.get(), buffer, kSize - 1);
  if (size <= 0) return {};
  buffer[size] = '\0';
  return {buffer, static_cast<size_t>(size)};
}

// A number of /proc/<pid>/stat, counted as proc(5) does.
uint64_t StatField(std::string_view stat, int number) {
  // The second field, the name in parentheses, may hold anything.
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  const char* at = stat.data() + name_end + 1;
  for (int field = 3; *at != '\0'; ++field) {
    at += std::strspn(at, " ");
    if (field == number) return std::strtoull(at, nullptr, 10);
    at += std::strcspn(at, " ");
  }
  return 0;
}

struct Memory {
  uint64_t resident = 0;
  uint64_t shared = 0;  // mapped from files, or meant to be shared
};

Memory ReadMemory(pid_t pid) {
  char buffer[256];
  const std::string_view statm = ReadProc(pid, "statm", buffer);
  if (statm.empty()) return {};
  static const auto kPageBytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  char* at = nullptr;
  std::strtoull(statm.data(), &at, 10);
  Memory memory;
  memory.resident = std::strtoull(at, &at, 10) * kPageBytes;
  memory.shared = std::strtoull(at, &at, 10) * kPageBytes;
  return memory;
}

}  // namespace

clockid_t ProcessCpuClock(pid_t pid) {
  clockid_t clock = 0;
  return clock_getcpuclockid(pid, &clock) == 0 ? clock : 0;
}

std::chrono::nanoseconds ReadCpuClock(clockid_t clock) {
  timespec time{};
  if (clock == 0 || clock_gettime(clock, &time) != 0) return std::chrono::nanoseconds(0);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::vector<pid_t> Descendants(pid_t pid) {
  std::vector<pid_t> found;
  const auto add_children = [&found](pid_t parent) {
    // A child belongs to the thread that started it.
    DIR* tasks = opendir(StrCat("/proc/", parent, "/task").c_str());
    if (tasks == nullptr) return;
    while (const dirent* task = readdir(tasks)) {
      if (task->d_name[0] == '.') continue;
      std::ifstream file(StrCat("/proc/", parent, "/task/", task->d_name, "/children"));
      for (pid_t child; found.size() < kMaxDescendants && file >> child;) found.push_back(child);
    }
    closedir(tasks);
  };
  add_children(pid);
  for (size_t i = 0; i < found.size(); ++i) add_children(found[i]);
  return found;
}

std::chrono::nanoseconds ReadEndedChildrenCpu(pid_t pid) {
  char buffer[1024];
  const std::string_view stat = ReadProc(pid, "stat", buffer);
  const uint64_t ticks = StatField(stat, 16) + StatField(stat, 17);
  static const auto kTicksPerSecond = static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
  return std::chrono::nanoseconds(ticks * (1'000'000'000 / kTicksPerSecond));
}

uint64_t ReadPeakMemory(pid_t pid) {
  char buffer[4096];
  const std::string_view status = ReadProc(pid, "status", buffer);
  constexpr std::string_view kKey = "VmHWM:";
  const size_t at = status.find(kKey);
  if (at == std::string_view::npos) return 0;
  return std::strtoull(status.data() + at + kKey.size(), nullptr, 10) << 10;
}

uint64_t ReadResidentMemory(pid_t pid) { return ReadMemory(pid).resident; }

uint64_t ReadAnonymousMemory(pid_t pid) {
  const Memory memory = ReadMemory(pid);
  return memory.resident - std::min(memory.resident, memory.shared);
}

uint64_t ReadProportionalMemory(pid_t pid) {
  char buffer[4096];
  const std::string_view rollup = ReadProc(pid, "smaps_rollup", buffer);
  constexpr std::string_view kKey = "\nPss:";
  const size_t at = rollup.find(kKey);
  return at == std::string_view::npos ? 0 : std::strtoull(rollup.data() + at + kKey.size(), nullptr, 10) << 10;
}

bool IsRunnable(pid_t pid) {
  char buffer[1024];
  const std::string_view stat = ReadProc(pid, "stat", buffer);
  // The state follows the name, which is in brackets and may hold any character.
  const size_t name_end = stat.rfind(')');
  return name_end != std::string_view::npos && stat.size() > name_end + 2 && stat[name_end + 2] == 'R';
}

bool IsExiting(pid_t pid) {
  constexpr uint64_t kExitingFlag = 0x4;  // PF_EXITING of the kernel's sched.h
  char buffer[1024];
  const std::string_view stat = ReadProc(pid, "stat", buffer);
  return stat.empty() || (StatField(stat, 9) & kExitingFlag) != 0;
}

}  // namespace hearth
