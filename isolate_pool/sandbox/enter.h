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
// The process must have one thread, and only trusted code may have run in it. Nothing of this can be undone. After
// EnterFunction the working directory is /, and the parent-death signal is SIGKILL.

#include <string>

#include "isolate_pool/sandbox/layers.h"
#include "isolate_pool/sandbox/plan.h"
#include "isolate_pool/sandbox/policy.h"

namespace hearth::sandbox {

class Entry {
 public:
  // `plan` is not owned. `in_namespaces`: this process was forked with plan.namespaces, if there are any.
  explicit Entry(const Plan& plan, bool in_namespaces = true)
      : plan_(plan), in_namespaces_(in_namespaces && plan.namespaces != 0) {}

  void EnterBase();

  // Returns an error text if the policy is strict and not met, or if the process is in a state that no function should
  // run in; empty otherwise.
  std::string EnterFunction(const Policy& policy);

  const Report& report() const { return report_; }

 private:
  // Notes a layer as applied, or failed with this error.
  void Note(Layer layer, const std::string& error);
  void EnterRoot(const Policy& policy);
  void EnterNetwork(const Policy& policy);
  void LimitResources(const Policy& policy);
  void DropPrivileges();
  void JudgePid();
  void EnterLandlock(const Policy& policy);
  void EnterSeccomp();

  const Plan& plan_;
  const bool in_namespaces_;
  bool own_user_ = false;  // BecomeUser may be called
  uint32_t user_ = 0;
  Report report_;
};

}  // namespace hearth::sandbox
