#pragma once

// The keeper: the first process of the pid namespace of a template and its forks. It makes their namespaces
// (isolate_pool/sandbox/fork_namespaces.h) and outlives them: when it ends, the kernel ends all that is left there.

#include "isolate_pool/engine/fork.h"
#include "isolate_pool/sandbox/plan.h"

namespace hearth {

struct KeeperProcess {
  pid_t pid = -1;  // -1: there is none
  int pidfd = -1;  // both close-on-exec, owned by the holder
  int control = -1;
  std::string error;
};

// Forks keepers for the zygote.
class KeeperForks {
 public:
  // Keepers need a base that is built in the zygote, and the zygote's privileges: without them available() is false.
  explicit KeeperForks(const sandbox::Plan& plan);
  bool available() const { return own_pids_ >= 0; }

  // Forks a keeper as the first process of a new pid namespace: what is forked next is in there, too, until Leave.
  // `control` is the zygote's, which the keeper must not hold.
  KeeperProcess Fork(int control);
  // False if this process is lost: whatever it forked would be in a namespace that ends.
  [[nodiscard]] bool Leave();

  // In each fork of the zygote.
  void CloseInFork();

 private:
  const sandbox::Plan& plan_;
  int own_pids_ = -1;
};

}  // namespace hearth
