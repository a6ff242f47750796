#pragma once

// What the kernel knows of another process's use of resources. All give 0 for a process that is gone.

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth {

// A clock of the CPU time that all threads of the process have used; see clock_getcpuclockid(3).
clockid_t ProcessCpuClock(pid_t pid);
std::chrono::nanoseconds ReadCpuClock(clockid_t clock);

// The processes that it has started and that live, and theirs. At most kMaxDescendants.
inline constexpr size_t kMaxDescendants = 4096;
std::vector<pid_t> Descendants(pid_t pid);
// CPU time of its children that have ended and were waited for, in steps of 10 ms.
std::chrono::nanoseconds ReadEndedChildrenCpu(pid_t pid);

// VmHWM of /proc/<pid>/status: the largest resident set so far.
uint64_t ReadPeakMemory(pid_t pid);
// /proc/<pid>/statm: the resident set now; and what of it is no file's, so that no other process may have it mapped too.
uint64_t ReadResidentMemory(pid_t pid);
uint64_t ReadAnonymousMemory(pid_t pid);
// Pss of /proc/<pid>/smaps_rollup: what it has mapped, shared pages divided among those that share them. Slow: up to a
// millisecond.
uint64_t ReadProportionalMemory(pid_t pid);
// Whether its first thread runs, or would if it were given a processor.
bool IsRunnable(pid_t pid);
// Whether the process is ending by itself (its flags in /proc/<pid>/stat), or gone.
bool IsExiting(pid_t pid);

}  // namespace hearth
