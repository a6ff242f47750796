// The kernel ignores a signal that the first process of a pid namespace sends itself and has no handler for, SIGKILL and
// SIGABRT included. A sandboxed instance is such a process, so what is to end it by a signal exits instead, as a shell
// would say it: with 128 + the signal's number. The invoker reads that as the signal.
//
// Defined here, as entry.cc's are, for the executable's own calls: process.kill, process.abort, node::Abort,
// std::terminate. A fault (SIGSEGV, SIGILL, …) ends the process all the same.

#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

namespace {

constexpr int kSignalExit = 128;

bool Ends(int signal) {
  switch (signal) {
    case 0:
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
      return false;
    default:
      break;
  }
  struct sigaction action{};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_DFL;
}

}  // namespace

#define HEARTH_EXPORT extern "C" __attribute__((visibility("default")))

HEARTH_EXPORT int kill(pid_t process, int signal) noexcept {
  const int result = static_cast<int>(syscall(SYS_kill, process, signal));
  const bool self = process == 1 || process == 0 || process == -getpgrp();
  if (result == 0 && self && getpid() == 1 && Ends(signal)) _exit(kSignalExit + signal);
  return result;
}

HEARTH_EXPORT void abort() noexcept {
  if (getpid() == 1) _exit(kSignalExit + SIGABRT);
  reinterpret_cast<void (*)()>(dlsym(RTLD_NEXT, "abort"))();
  _exit(kSignalExit + SIGABRT);
}
