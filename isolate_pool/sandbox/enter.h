#pragma once

// Puts a process into its sandbox, in two stages: a fork may wait long before it learns which function it is for.
//
//   Entry entry(plan);                          // in a fork that was made with plan.namespaces
//   entry.EnterBase();                          // at once
//   …                                           // the assignment arrives
//   std::string error = entry.EnterFunction(policy);
//   if (!error.empty()) …                       // the function must not run
//   … entry.report() …
//
// A process that may become a template says so (kTemplate). Each of its forks then takes what it needs to be apart from
// the others, and the process itself, if it is to be an instance after all, what it was left for the purpose:
//
//   entry.EnterFork(policy, namespaces);          // in a fork
//   entry.StayInstance();                         // in the process itself
//
// The process must have one thread, and only trusted code may have run in it (in a fork of a template: no other than its
// function's). Nothing of this can be undone. After EnterFunction the working directory is /; after it
// and EnterFork the parent-death signal is SIGKILL.

#include <string>

#include "isolate_pool/sandbox/fork_namespaces.h"
#include "isolate_pool/sandbox/layers.h"
#include "isolate_pool/sandbox/plan.h"
#include "isolate_pool/sandbox/policy.h"

namespace hearth::sandbox {

// What a process is in its pid namespace.
enum class PidRole {
  kFirst,  // its first process
  kKept,   // a keeper is the first (fork_namespaces.h): it may become a template
  kGuest,  // it has none of its own: it may become a template, too
};

// What becomes of a process.
enum class Purpose { kInstance, kTemplate };

class Entry {
 public:
  // `plan` is not owned. The process was forked with plan.namespaces, if there are any; those of its process ids are as
  // `role` says.
  explicit Entry(const Plan& plan, PidRole role = PidRole::kFirst)
      : plan_(plan), in_namespaces_(plan.namespaces != 0), role_(role) {}

  void EnterBase();

  // Returns an error text if the policy is strict and not met, or if the process is in a state that no function should
  // run in; empty otherwise. A template is left setns, and Landlock's rules let it write where no mount does: forks have
  // files of their own, which rules that are older do not know.
  std::string EnterFunction(const Policy& policy, Purpose purpose = Purpose::kInstance);

  // The descriptors are closed. Returns what EnterFunction does; report() is the fork's from then on.
  std::string EnterFork(const Policy& policy, const ForkNamespaces& namespaces);
  // Returns an error text, empty on success.
  std::string StayInstance(const Policy& policy);

  // Why a fork of this process could not do with namespaces of its own; empty if it can.
  std::string NoForks() const;

  const Report& report() const { return report_; }

 private:
  // Notes a layer as applied, or failed with this error.
  void Note(Layer layer, const std::string& error);
  void EnterRoot(const Policy& policy);
  void EnterNetwork(const Policy& policy);
  void LimitResources(const Policy& policy);
  void DropPrivileges();
  void JudgePid();
  void ShareWithSiblings(const std::string& reason);
  void EnterLandlock(const Policy& policy, Purpose purpose);
  void EnterSeccomp(const std::vector<sock_filter>& filter);
  std::string Judge(const Policy& policy) const;

  const Plan& plan_;
  const bool in_namespaces_;
  const PidRole role_;
  bool own_user_ = false;       // BecomeUser may be called
  bool by_owner_only_ = false;  // CodeAccess::by_owner_only
  uint32_t user_ = 0;
  uint32_t owner_ = 0;  // Policy::owner of a template that can use it
  Report report_;
};

}  // namespace hearth::sandbox
