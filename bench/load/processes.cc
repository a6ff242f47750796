#include "bench/load/processes.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <string_view>

#include "base/strings.h"

namespace hearth::load {
namespace {

constexpr std::string_view kListening = "0A";

std::optional<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<std::string> Names(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(folder.c_str()), closedir);
  if (open == nullptr) return names;
  while (const dirent* entry = readdir(open.get())) names.emplace_back(entry->d_name);
  return names;
}

// Inodes of the sockets that listen on the port, from a file of the form of /proc/net/tcp.
void FindSockets(const char* path, uint16_t port, std::set<std::string>* inodes) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const size_t colon = local.rfind(':');
    if (state != kListening || colon == std::string::npos) continue;
    uint16_t listens = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), listens, 16);
    if (listens == port) inodes->insert(StrCat("socket:[", inode, "]"));
  }
}

bool HoldsAny(const std::string& pid, const std::set<std::string>& sockets) {
  const std::string folder = StrCat("/proc/", pid, "/fd");
  for (const std::string& name : Names(folder)) {
    char target[64];
    const ssize_t size = readlink(StrCat(folder, "/", name).c_str(), target, sizeof target);
    if (size > 0 && sockets.contains(std::string(target, static_cast<size_t>(size)))) return true;
  }
  return false;
}

// The fields of /proc/PID/stat that follow the name, which may hold blanks: state, parent, ….
std::vector<std::string> StatOf(pid_t pid) {
  const auto text = ReadFile(StrCat("/proc/", pid, "/stat"));
  if (!text.has_value()) return {};
  std::istringstream fields(text->substr(std::min(text->rfind(')'), text->size() - 1) + 1));
  return {std::istream_iterator<std::string>(fields), {}};
}

int64_t Field(const std::vector<std::string>& fields, size_t index) {
  int64_t value = 0;
  if (index < fields.size()) std::from_chars(fields[index].data(), fields[index].data() + fields[index].size(), value);
  return value;
}

// Positions after the name.
constexpr size_t kParent = 1;
constexpr size_t kUserTime = 11;
constexpr size_t kTimes = 4;  // user, system, and those of children that have ended

}  // namespace

pid_t FindListener(uint16_t port) {
  std::set<std::string> sockets;
  FindSockets("/proc/net/tcp", port, &sockets);
  FindSockets("/proc/net/tcp6", port, &sockets);
  if (sockets.empty()) return 0;
  std::set<pid_t> holders;
  for (const std::string& name : Names("/proc")) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || *end != '\0') continue;
    if (HoldsAny(name, sockets)) holders.insert(pid);
  }
  for (const pid_t pid : holders) {
    if (!holders.contains(static_cast<pid_t>(Field(StatOf(pid), kParent)))) return pid;
  }
  return 0;
}

std::vector<pid_t> ProcessTree(pid_t root) {
  std::vector<pid_t> tree = {root};
  for (size_t i = 0; i < tree.size(); ++i) {
    // A child belongs to the thread that made it.
    const std::string folder = StrCat("/proc/", tree[i], "/task");
    for (const std::string& thread : Names(folder)) {
      if (thread.front() == '.') continue;
      std::ifstream children(StrCat(folder, "/", thread, "/children"));
      for (pid_t child = 0; children >> child;) tree.push_back(child);
    }
  }
  return tree;
}

Nanos CpuOf(const std::vector<pid_t>& pids) {
  static const int64_t kTicks = sysconf(_SC_CLK_TCK);
  int64_t ticks = 0;
  for (const pid_t pid : pids) {
    const std::vector<std::string> fields = StatOf(pid);
    for (size_t i = 0; i < kTimes; ++i) ticks += Field(fields, kUserTime + i);
  }
  return ticks * (kSecond / kTicks);
}

std::optional<uint64_t> MemoryOf(const std::vector<pid_t>& pids) {
  uint64_t kilobytes = 0;
  bool known = false;
  for (const pid_t pid : pids) {
    std::ifstream file(StrCat("/proc/", pid, "/smaps_rollup"));
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("Pss:")) continue;
      uint64_t value = 0;
      const size_t digit = line.find_first_of("0123456789");
      if (digit == std::string::npos) break;
      std::from_chars(line.data() + digit, line.data() + line.size(), value);
      kilobytes += value;
      known = true;
      break;
    }
  }
  if (!known) return std::nullopt;
  return kilobytes * 1024;
}

}  // namespace hearth::load
