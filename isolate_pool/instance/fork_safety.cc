#include "isolate_pool/instance/fork_safety.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/strings.h"

namespace hearth {
namespace {

// libuv's name for the threads of its pool. Idle, they wait for work and hold nothing; a fork makes its own.
constexpr std::string_view kPoolThread = "libuv-worker";

template <typename Visit>
void ForEachEntry(const char* directory, Visit visit) {
  DIR* entries = opendir(directory);
  if (entries == nullptr) return;
  while (const dirent* entry = readdir(entries)) {
    if (entry->d_name[0] != '.') visit(entry->d_name, dirfd(entries));
  }
  closedir(entries);
}

std::set<int> OpenDescriptors() {
  std::set<int> descriptors;
  ForEachEntry("/proc/self/fd", [&](const char* name, int own) {
    const int fd = std::atoi(name);
    if (fd != own) descriptors.insert(fd);
  });
  return descriptors;
}

std::string Target(int fd) {
  char target[256];
  const ssize_t size = readlink(StrCat("/proc/self/fd/", fd).c_str(), target, sizeof target);
  return size <= 0 ? "" : std::string(target, static_cast<size_t>(size));
}

bool IsStandardStream(const uv_handle_t* handle) {
  uv_os_fd_t fd = -1;
  return uv_fileno(handle, &fd) == 0 && fd >= STDIN_FILENO && fd <= STDERR_FILENO;
}

// Handles that a fork can have for itself: the loop makes them anew, or they stand for nothing outside the process.
bool CanBeForked(const uv_handle_t* handle) {
  switch (uv_handle_get_type(handle)) {
    case UV_ASYNC:
    case UV_CHECK:
    case UV_IDLE:
    case UV_PREPARE:
    case UV_TIMER:
    case UV_SIGNAL:
      return true;
    default:
      return IsStandardStream(handle);
  }
}

// What the loop makes anew after a fork, and pipes, of which a process with no child and no pipe handle has only those
// of libuv's own signal handling.
bool CanBeForked(std::string_view target) {
  return target.starts_with("anon_inode:[event") || target.starts_with("pipe:");
}

}  // namespace

ForkSafety::ForkSafety(uv_loop_t* loop) : loop_(loop), descriptors_(OpenDescriptors()) {
  uv_walk(
      loop_, [](uv_handle_t* handle, void* self) { static_cast<ForkSafety*>(self)->handles_.insert(handle); }, this);
}

std::string ForkSafety::Refusal(int* threads) const {
  struct Walk {
    const ForkSafety* self;
    std::string refusal;
  } walk{this, ""};
  uv_walk(
      loop_,
      [](uv_handle_t* handle, void* data) {
        auto* walk = static_cast<Walk*>(data);
        if (!walk->refusal.empty() || uv_is_active(handle) == 0 || uv_is_closing(handle) != 0) return;
        if (walk->self->handles_.contains(handle)) return;
        if (!CanBeForked(handle)) {
          walk->refusal = StrCat("a ", uv_handle_type_name(uv_handle_get_type(handle)), " handle is open");
        } else if (uv_has_ref(handle) != 0) {
          walk->refusal = StrCat("a ", uv_handle_type_name(uv_handle_get_type(handle)), " keeps its event loop alive");
        }
      },
      &walk);
  if (!walk.refusal.empty()) return walk.refusal;
  if (uv_loop_alive(loop_) != 0) return "its event loop has work left";

  *threads = 0;
  std::string refusal;
  ForEachEntry("/proc/self/task", [&](const char* id, int) {
    ++*threads;
    if (std::atoi(id) == getpid() || !refusal.empty()) return;
    std::string name;
    std::getline(std::ifstream(StrCat("/proc/self/task/", id, "/comm")), name);
    if (name != kPoolThread) refusal = StrCat("a thread is running (", name, ")");
  });
  if (!refusal.empty()) return refusal;

  for (const int fd : OpenDescriptors()) {
    if (descriptors_.contains(fd)) continue;
    const std::string target = Target(fd);
    if (!target.empty() && !CanBeForked(target)) return StrCat("descriptor ", fd, " is open (", target, ")");
  }
  return "";
}

std::string FilesLeft(const std::string& folder, const std::vector<std::string>& shown) {
  DIR* entries = opendir(folder.c_str());
  if (entries == nullptr) return StrCat(folder, " cannot be read");
  std::string refusal;
  while (const dirent* entry = readdir(entries)) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    const std::string path = StrCat(folder, "/", name);
    const bool leads_to_shown = std::any_of(shown.begin(), shown.end(), [&](const std::string& known) {
      return known == path || known.starts_with(path + "/");
    });
    if (!leads_to_shown) refusal = StrCat("it has left files in ", folder, " (", name, ")");
  }
  closedir(entries);
  return refusal;
}

}  // namespace hearth
