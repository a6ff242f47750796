#pragma once

// A control group (version 2) for each instance, where hearth has a part of the tree for itself: as a systemd unit with
// Delegate=yes, or in a container with a writable cgroup file system. Used by the invoker, before an instance gets its
// assignment. Elsewhere everything here does nothing.
//
//   Cgroups cgroups = Cgroups::Open();
//   cgroups.Add("hello-1", pid, {.memory_bytes = …, .processes = …});
//   …                                                    // the process has ended
//   if (cgroups.KilledForMemory("hello-1")) …
//   cgroups.Remove("hello-1");

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::sandbox {

// Not thread-safe.
class Cgroups {
 public:
  struct Limits {
    uint64_t memory_bytes = 0;  // all memory, that of /tmp included
    uint32_t processes = 0;
  };

  // Moves this process into a group of its own, "hearth", beside which the instances' are made. `mounts` and `self` are
  // /proc/self/mountinfo and /proc/self/cgroup.
  static Cgroups Open(const std::string& mounts = "/proc/self/mountinfo",
                      const std::string& self = "/proc/self/cgroup");

  bool available() const { return unavailable_.empty(); }
  const std::string& unavailable() const { return unavailable_; }  // why

  // Returns an error text, empty on success.
  std::string Add(const std::string& name, pid_t process, const Limits& limits);
  // The kernel killed a process of the group because it was at its limit.
  bool KilledForMemory(const std::string& name) const;
  // Once its processes are killed. One that still ends is removed by a later call.
  void Remove(const std::string& name);
  // Like it, but nothing is killed: the group goes when its processes have.
  void Abandon(const std::string& name);

 private:
  std::string Folder(const std::string& name) const { return root_ + "/instance-" + name; }

  void Sweep();

  std::string unavailable_;
  std::string root_;
  std::vector<std::string> leftovers_;
};

}  // namespace hearth::sandbox
