#include "isolate_pool/sandbox/orphans.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace hearth::sandbox {
namespace {

bool IsOwnZombie(pid_t process) {
  char path[32];
  std::snprintf(path, sizeof path, "/proc/%d/stat", process);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char text[256];
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0) return false;
  text[size] = '\0';
  // After the name, which may hold anything.
  const char* end = std::strrchr(text, ')');
  char state = 0;
  int parent = 0;
  return end != nullptr && std::sscanf(end, ") %c %d", &state, &parent) == 2 && state == 'Z' && parent == getpid();
}

}  // namespace

void OrphanReaper::Sweep(uint64_t now_ms) {
  if (now_ms < next_ms_) return;
  next_ms_ = now_ms + kPatienceMs;
  siginfo_t any{};
  if (waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT) != 0 || any.si_pid == 0) return seen_.clear();

  std::vector<pid_t> zombies;
  DIR* processes = opendir("/proc");
  if (processes == nullptr) return;
  while (const dirent* entry = readdir(processes)) {
    const pid_t process = std::atoi(entry->d_name);
    if (process <= 1 || !IsOwnZombie(process)) continue;
    if (std::find(seen_.begin(), seen_.end(), process) != seen_.end()) {
      waitpid(process, nullptr, WNOHANG);
    } else {
      zombies.push_back(process);
    }
  }
  closedir(processes);
  seen_ = std::move(zombies);
}

}  // namespace hearth::sandbox
