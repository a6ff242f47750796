#pragma once

// Processes of this machine, as /proc tells: who listens on a port, and what a process and all its descendants use.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/sample.h"

namespace hearth::load {

// The process that listens on the TCP port; of several that share the socket, the one that the others descend from. 0 if
// there is none, or if it belongs to somebody else.
pid_t FindListener(uint16_t port);

// The process and its descendants, in no order.
std::vector<pid_t> ProcessTree(pid_t root);

// CPU time of these processes so far, and of their children that have ended; to the kernel's clock tick (10 ms).
Nanos CpuOf(const std::vector<pid_t>& pids);
// Memory of these processes in bytes; what several of them share is counted once (PSS). Nothing if the kernel does not
// tell for any of them.
std::optional<uint64_t> MemoryOf(const std::vector<pid_t>& pids);

}  // namespace hearth::load
