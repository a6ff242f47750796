#pragma once

// Starts processes for instances. The seam between the pool and the operating system.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "isolate_pool/channel/scoped_fd.h"

namespace hearth {

// A process that was forked from the zygote and waits for its assignment. It is a child of this process: whoever holds
// this must wait for it (waitid on the pidfd).
struct Launched {
  pid_t pid = -1;
  ScopedFd pidfd;
};

// The instance's ends of what connects it to the invoker. Owned by the launcher once passed in.
struct LaunchDescriptors {
  ScopedFd channel;
  ScopedFd standard_output;
  ScopedFd standard_error;
};

class Launcher {
 public:
  using Callback = std::function<void(absl::StatusOr<Launched>)>;

  virtual ~Launcher() = default;
  // Asks for one process. The callback is called exactly once, later, on the core's thread; launches are answered in
  // order. Errors: Unavailable when there is no zygote, ResourceExhausted when the fork failed.
  virtual void Launch(LaunchDescriptors descriptors, Callback callback) = 0;
};

}  // namespace hearth
