#pragma once

// Forks on request over a control socket (proto/hearth/internal/zygote.proto): what a zygote and a template do.

#include <functional>

#include "isolate_pool/engine/fork.h"
#include "isolate_pool/sandbox/fork_namespaces.h"
#include "isolate_pool/zygote/keeper.h"

namespace hearth {

// What a fork gets from the invoker. Owned by the callee.
struct InstanceDescriptors {
  int channel = -1;  // stream socket, frames of proto/hearth/internal/instance.proto
  int standard_output = -1;
  int standard_error = -1;
  // Nobody waits for this fork yet.
  bool ahead = false;
  // A keeper is the first process of its pid namespace.
  bool kept = false;
  // It is to fork others, perhaps.
  bool forkable = false;
  // For a fork of a template to enter, if there are any.
  sandbox::ForkNamespaces namespaces;
};

// Answers requests on `control`, a SOCK_SEQPACKET socket, until the invoker is gone; then returns true, or false if it
// broke the protocol. In each fork, closes the socket and calls `run`. The process must be ready to fork. `keepers`: null
// for a template, whose forks are kept as it is.
bool ServeForks(int control, const engine::ForkOptions& options, KeeperForks* keepers,
                const std::function<void(const InstanceDescriptors&)>& run);

}  // namespace hearth
