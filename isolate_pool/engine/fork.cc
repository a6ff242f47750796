#include "isolate_pool/engine/fork.h"

#include <dirent.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "isolate_pool/engine/entry.h"

namespace hearth::engine {
namespace {

// Offset in glibc's thread descriptor of the thread id that it keeps there; 0 until PrepareForking found it.
size_t g_thread_id_offset = 0;
// The part of the descriptor that is searched. glibc 2.36's is 2304 bytes on x86-64 and the id is at 720.
constexpr size_t kSearchedBytes = 2048;

std::vector<size_t> OffsetsOfOwnThreadId() {
  const auto* descriptor = reinterpret_cast<const char*>(pthread_self());
  const pid_t self = static_cast<pid_t>(syscall(SYS_gettid));
  std::vector<size_t> offsets;
  for (size_t offset = 0; offset < kSearchedBytes; offset += sizeof(pid_t)) {
    pid_t value;
    std::memcpy(&value, descriptor + offset, sizeof value);
    if (value == self) offsets.push_back(offset);
  }
  return offsets;
}

}  // namespace

std::string PrepareForking() {
  // The id stands at the same offset in every thread; what two threads agree on is no coincidence.
  const std::vector<size_t> mine = OffsetsOfOwnThreadId();
  std::vector<size_t> theirs;
  std::thread([&theirs] { theirs = OffsetsOfOwnThreadId(); }).join();
  std::vector<size_t> common;
  for (size_t offset : mine) {
    for (size_t other : theirs) {
      if (offset == other) common.push_back(offset);
    }
  }
  if (common.size() != 1) return "cannot find the thread id in this C library's thread descriptor";
  g_thread_id_offset = common.front();
  return "";
}

int ThreadCount() {
  DIR* directory = opendir("/proc/self/task");
  if (directory == nullptr) return -1;
  int count = 0;
  while (const dirent* entry = readdir(directory)) count += entry->d_name[0] != '.';
  closedir(directory);
  return count;
}

ForkResult Fork(const ForkOptions& options) {
  ForkResult result;
  if (g_thread_id_offset == 0) {
    result.error = "PrepareForking has not succeeded";
    return result;
  }
  if (const int threads = ThreadCount(); threads != options.threads) {
    result.error = "a process with " + std::to_string(threads) + " threads cannot fork";
    return result;
  }
  int handler_count = 0;
  const ForkHandlers* handlers = RegisteredForkHandlers(&handler_count);
  for (int i = handler_count - 1; i >= 0; --i) {
    if (handlers[i].prepare != nullptr) handlers[i].prepare();
  }
  void* robust_list = nullptr;
  size_t robust_list_size = 0;
  syscall(SYS_get_robust_list, 0, &robust_list, &robust_list_size);

  auto* thread_id = reinterpret_cast<pid_t*>(reinterpret_cast<char*>(pthread_self()) + g_thread_id_offset);
  // Not clone3, which the sandbox has to refuse: a template forks within it.
  const uint64_t flags = (options.sibling ? CLONE_PARENT : SIGCHLD) | CLONE_PIDFD | CLONE_CHILD_SETTID |
                         CLONE_CHILD_CLEARTID | options.namespaces;
#ifdef __x86_64__
  result.pid = static_cast<pid_t>(syscall(SYS_clone, flags, nullptr, &result.pidfd, thread_id, nullptr));
#else
  result.pid = static_cast<pid_t>(syscall(SYS_clone, flags, nullptr, &result.pidfd, nullptr, thread_id));
#endif
  if (result.pid < 0) result.error = std::string("clone: ") + std::strerror(errno);

  if (result.pid == 0) {
    syscall(SYS_set_robust_list, robust_list, robust_list_size);
    result.pidfd = -1;
  }
  for (int i = 0; i < handler_count; ++i) {
    void (*handler)() = result.pid == 0 ? handlers[i].child : handlers[i].parent;
    if (handler != nullptr) handler();
  }
  return result;
}

}  // namespace hearth::engine
