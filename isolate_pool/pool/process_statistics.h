#pragma once

// What the kernel knows of another process's use of resources. All give 0 for a process that is gone.

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace hearth {

// A clock of the CPU time that all threads of the process have used; see clock_getcpuclockid(3).
clockid_t ProcessCpuClock(pid_t pid);
std::chrono::nanoseconds ReadCpuClock(clockid_t clock);

// VmHWM of /proc/<pid>/status: the largest resident set so far.
uint64_t ReadPeakMemory(pid_t pid);
// /proc/<pid>/statm: the resident set now.
uint64_t ReadResidentMemory(pid_t pid);

}  // namespace hearth
