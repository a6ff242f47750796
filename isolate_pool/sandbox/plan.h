#pragma once

// What all instances of one zygote have in common, found out and prepared once before the first fork.
//
//   const Plan plan = Plan::Prepare("/opt/node/bin");            // early: one thread, no descriptors to lose
//   ForkSibling({.namespaces = plan.namespaces});                // each fork
//     Entry entry(plan);  entry.EnterBase();  …  entry.EnterFunction(policy);      // see enter.h
//
// As root, the zygote itself gets a mount namespace and builds the file tree in it, which forks copy with theirs. As an
// ordinary user each fork gets a user namespace and builds its own. What works is tried out in a fork, not guessed.

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::sandbox {

struct Plan {
  // CLONE_NEW* flags for each fork; 0 if this machine lets us have none, with the reason.
  uint64_t namespaces = 0;
  std::string no_namespaces;

  std::string base;          // where the file tree is mounted
  std::string runtime;       // Node's folder
  bool shared_base = false;  // it is built already
  uid_t user = 0;            // this process's
  gid_t group = 0;

  int landlock_abi = 0;  // 0: none, with the reason
  std::string no_landlock;
  std::vector<sock_filter> seccomp;  // empty: none, with the reason
  std::string no_seccomp;

  bool user_namespace() const;

  // The caller must have one thread. It may get a mount namespace of its own.
  static Plan Prepare(const std::string& runtime);
};

}  // namespace hearth::sandbox
