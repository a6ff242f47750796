#include "isolate_pool/pool/process_statistics.h"

#include <dirent.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

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
  // The name, in parentheses, may hold anything; fields 16 and 17 (proc(5)) are the 14th and 15th after it.
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return {};
  const char* at = stat.data() + name_end + 1;
  uint64_t ticks = 0;
  for (int field = 3; field <= 17 && *at != '\0'; ++field) {
    at += std::strspn(at, " ");
    if (field >= 16) ticks += std::strtoull(at, nullptr, 10);
    at += std::strcspn(at, " ");
  }
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

uint64_t ReadResidentMemory(pid_t pid) {
  char buffer[256];
  const std::string_view statm = ReadProc(pid, "statm", buffer);
  const size_t space = statm.find(' ');
  if (space == std::string_view::npos) return 0;
  static const auto kPageBytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return std::strtoull(statm.data() + space, nullptr, 10) * kPageBytes;
}

}  // namespace hearth
