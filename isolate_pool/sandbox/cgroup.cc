#include "isolate_pool/sandbox/cgroup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "isolate_pool/sandbox/errors.h"

namespace hearth::sandbox {
namespace {

// The files of a control group exist or do not; they are never made by opening.
std::string Write(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return SystemError(path);
  const std::string error =
      write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? "" : SystemError(path);
  close(file);
  return error;
}

// Where a cgroup2 file system is mounted; empty if nowhere.
std::string MountPoint(const std::string& mounts) {
  std::ifstream file(mounts);
  for (std::string line; std::getline(file, line);) {
    const size_t separator = line.find(" - ");
    if (separator == std::string::npos || !line.substr(separator + 3).starts_with("cgroup2 ")) continue;
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i < 5; ++i) words >> word;
    return word;
  }
  return "";
}

// This process's group, as "/system.slice/hearth.service".
std::string OwnGroup(const std::string& self) {
  std::ifstream file(self);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "";
}

bool HasController(const std::string& folder, const std::string& name) {
  std::ifstream file(folder + "/cgroup.controllers");
  for (std::string word; file >> word;) {
    if (word == name) return true;
  }
  return false;
}

}  // namespace

Cgroups Cgroups::Open(const std::string& mounts, const std::string& self) {
  Cgroups groups;
  const std::string mount = MountPoint(mounts);
  const std::string group = OwnGroup(self);
  if (mount.empty() || group.empty()) {
    groups.unavailable_ = "cgroup version 2 is not mounted";
    return groups;
  }
  groups.root_ = group == "/" ? mount : mount + group;
  for (const char* controller : {"memory", "pids"}) {
    if (HasController(groups.root_, controller)) continue;
    groups.unavailable_ = std::string("no ") + controller + " controller in " + groups.root_;
    return groups;
  }
  // A group that hands controllers on must hold no processes itself.
  const std::string own = groups.root_ + "/hearth";
  if (mkdir(own.c_str(), 0755) != 0 && errno != EEXIST) {
    groups.unavailable_ = SystemError("making " + own);
    return groups;
  }
  std::string error = Write(own + "/cgroup.procs", std::to_string(getpid()));
  if (error.empty()) error = Write(groups.root_ + "/cgroup.subtree_control", "+memory +pids");
  if (error.empty()) return groups;
  // As it was: others share the group.
  (void)Write(groups.root_ + "/cgroup.procs", std::to_string(getpid()));
  rmdir(own.c_str());
  groups.unavailable_ = error + " (is this part of the tree delegated to hearth?)";
  return groups;
}

std::string Cgroups::Add(const std::string& name, pid_t process, const Limits& limits) {
  if (!available()) return unavailable_;
  const std::string folder = Folder(name);
  // An empty one of that name is left from a hearth that was killed.
  (void)rmdir(folder.c_str());
  if (mkdir(folder.c_str(), 0755) != 0) return SystemError("making " + folder);
  std::string error = Write(folder + "/memory.max", std::to_string(limits.memory_bytes));
  // Without accounting of swap there is no such file, and no swap to be had past the limit either.
  if (error.empty()) (void)Write(folder + "/memory.swap.max", "0");
  if (error.empty()) error = Write(folder + "/pids.max", std::to_string(limits.processes));
  if (error.empty()) error = Write(folder + "/cgroup.procs", std::to_string(process));
  if (!error.empty()) rmdir(folder.c_str());
  return error;
}

bool Cgroups::KilledForMemory(const std::string& name) const {
  if (!available()) return false;
  std::ifstream file(Folder(name) + "/memory.events");
  std::string key;
  for (uint64_t count = 0; file >> key >> count;) {
    if (key == "oom_kill") return count > 0;
  }
  return false;
}

void Cgroups::Remove(const std::string& name) {
  if (!available()) return;
  // Linux 5.14; before, they end a moment later.
  (void)Write(Folder(name) + "/cgroup.kill", "1");
  Abandon(name);
}

void Cgroups::Abandon(const std::string& name) {
  if (!available()) return;
  leftovers_.push_back(Folder(name));
  Sweep();
}

void Cgroups::Sweep() {
  std::erase_if(leftovers_, [](const std::string& folder) { return rmdir(folder.c_str()) == 0 || errno != EBUSY; });
}

}  // namespace hearth::sandbox
