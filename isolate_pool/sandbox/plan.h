#pragma once

// What all instances of one zygote have in common, found out and prepared once before the first fork.
//
//   const Plan plan = Plan::Prepare("/opt/node/bin", mode);      // early: one thread
//   Fork({.namespaces = plan.namespaces});                // each fork
//     Entry entry(plan);  entry.EnterBase();  …  entry.EnterFunction(policy);      // see enter.h
//
// As root, the zygote itself gets a mount namespace and builds the file tree in it, which forks copy with theirs. As an
// ordinary user each fork gets a user namespace and builds its own. What works is tried out in a fork, not guessed. What
// the zygote can give up itself, it does, and its forks inherit it.

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "isolate_pool/sandbox/policy.h"
#include "isolate_pool/sandbox/seccomp_filter.h"

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
  SeccompFilters seccomp;  // `last` is empty if there is none, with the reason; this process has `early` already
  std::string no_seccomp;
  bool capabilities_locked = false;  // in this process already

  bool user_namespace() const;

  // `runtime` is Node's folder. The caller must have one thread. It gets no_new_privs, a filter and maybe a mount
  // namespace; with kOff nothing happens.
  static Plan Prepare(const std::string& runtime, Mode mode);
};

}  // namespace hearth::sandbox
