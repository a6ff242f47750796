#pragma once

// Forks on request over a control socket (proto/hearth/internal/zygote.proto): what a zygote and a template do.

#include <functional>

#include "isolate_pool/engine/fork.h"

namespace hearth {

// What a fork gets from the invoker. Owned by the callee.
struct InstanceDescriptors {
  int channel = -1;  // stream socket, frames of proto/hearth/internal/instance.proto
  int standard_output = -1;
  int standard_error = -1;
  // Nobody waits for this fork yet.
  bool ahead = false;
};

// Answers requests on `control`, a SOCK_SEQPACKET socket, until the invoker is gone; then returns true, or false if it
// broke the protocol. In each fork, closes the socket and calls `run`. The process must be ready to fork.
bool ServeForks(int control, const engine::ForkOptions& options,
                const std::function<void(const InstanceDescriptors&)>& run);

}  // namespace hearth
