#pragma once

// Forks this process, as a sibling or as a child.
//
// An instance is forked by the zygote but belongs to the invoker: as its child, its exit status goes to the invoker
// directly, the kernel kills it with the invoker (parent-death signal), and it outlives its zygote. glibc's fork cannot
// do that, so this calls clone with CLONE_PARENT and does the part of glibc's work that matters to a process with one
// thread: the fork handlers, the thread id that glibc keeps, and the robust-futex list.

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace hearth::engine {

struct ForkResult {
  pid_t pid = -1;     // 0 in the child, -1 on error
  int pidfd = -1;     // in the parent; close-on-exec, owned by the caller
  std::string error;  // set when pid is -1
};

// Call once before the first fork, while other threads may still exist. Returns an error text, empty on success.
std::string PrepareForking();

struct ForkOptions {
  // Threads that the calling process has; with another number the result is an error. Only the calling thread is in the
  // fork. More than one is for libuv's pool alone, whose threads hold nothing while idle and which libuv makes anew.
  int threads = 1;
  // CLONE_NEW* flags: namespaces that the fork shall have for itself.
  uint64_t namespaces = 0;
  // The fork's parent is this process's own parent; else it is this process, which then has to wait for it.
  bool sibling = true;
};

ForkResult Fork(const ForkOptions& options = {});

// Number of threads of this process, from /proc/self/task.
int ThreadCount();

}  // namespace hearth::engine
