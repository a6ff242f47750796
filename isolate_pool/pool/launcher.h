#pragma once

// Starts processes for instances. The seam between the pool and the operating system.

#include <sys/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "isolate_pool/channel/scoped_fd.h"

namespace hearth {

class Keeper;

// A process that was forked and waits for its assignment. It is a child of this process: whoever holds this must wait
// for it (waitid on the pidfd).
struct Launched {
  pid_t pid = -1;
  ScopedFd pidfd;
  // Keeps the pid namespace that the process is in, if it may become a template or was forked from one.
  std::shared_ptr<Keeper> keeper;
  // ForkNamespaces::user of a fork of a template. Hold it until the process was waited for.
  std::shared_ptr<void> user;
};

// The instance's ends of what connects it to the invoker. Owned by the launcher once passed in.
struct LaunchDescriptors {
  ScopedFd channel;
  ScopedFd standard_output;
  ScopedFd standard_error;
  bool forkable = false;  // ForkRequest.forkable
  bool ahead = false;     // ForkRequest.ahead
  // What it is to enter: ForkNamespaces::descriptors, or none.
  std::vector<ScopedFd> namespaces;
};

// The invoker's ends. The channel blocks unless told otherwise per call; the pipes never do.
struct Wires {
  ScopedFd channel;
  ScopedFd standard_output;
  ScopedFd standard_error;
};

// Makes both. ResourceExhausted if this process has no descriptor left.
absl::Status MakeWires(Wires* ours, LaunchDescriptors* theirs);

class Launcher {
 public:
  using Callback = std::function<void(absl::StatusOr<Launched>)>;

  virtual ~Launcher() = default;
  // Asks for one process. The callback is called exactly once, later, on the core's thread; launches are answered in
  // order. Errors: Unavailable when there is nothing to fork from, ResourceExhausted when the fork failed.
  virtual void Launch(LaunchDescriptors descriptors, Callback callback) = 0;
};

}  // namespace hearth
