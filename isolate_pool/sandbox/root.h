#pragma once

// The file tree that a function sees.
//
//   /usr /bin /lib …, Node's folder   the machine's, read-only
//   /etc                              what name resolution, TLS, users and time zones need, and nothing else
//   /proc                             of the instance's own processes, read-only
//   /dev                              null, zero, full, random, urandom, fd, standard streams; shm is /tmp
//   /tmp                              the instance's own, in memory
//   the code                          at the path that it has outside, read-only
//
// BuildBase makes what all functions have in common: once in the zygote's mount namespace where that is possible, from
// where each fork gets a copy with its own namespace, else in each instance. AddFunction adds the rest, in the
// instance. All return an error text, empty on success.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::sandbox {

// A folder of the machine's that a base can be mounted on, unseen by all that matters. Empty if there is none.
std::string FindBasePlace();

// Mounts a base at `base`, still writable by its maker. `runtime` is Node's folder; `user` is who /etc/passwd names.
std::string BuildBase(const std::string& base, const std::string& runtime, uid_t user);

// /proc of the calling process's pid namespace; AddFunction makes it read-only. `hide`: what a process may not trace is
// not in it.
std::string MountProc(const std::string& base, bool hide);

struct FunctionTree {
  std::string base;
  std::string runtime;
  bool shared = false;  // the base is a copy of one that other instances have, too: nothing is written into it
  std::vector<std::string> readable;
  uint64_t tmp_bytes = 0;
  uid_t user = 0;  // 0: the base's
};

struct CodeAccess {
  // Why FunctionTree::user cannot read the code, if that is so and cannot be helped.
  std::string unowned;
  // Code is shown as that user's own because others may not read it.
  bool by_owner_only = false;
};
std::string AddFunction(const FunctionTree& tree, CodeAccess* access);

}  // namespace hearth::sandbox
