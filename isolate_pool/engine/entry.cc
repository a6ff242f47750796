// The official Node executable exports all of V8, libuv and Node's embedder API, but it is an executable. Started with
// this object in LD_PRELOAD it becomes a library with our main: the dynamic linker binds the executable's calls to the
// functions defined here before it looks into libc.
//
//   __libc_start_main   starts EngineMain instead of Node's main, which never runs.
//   madvise             V8 marks its heap and tables MADV_DONTFORK (some behind the platform's back), which would leave
//                       them unmapped in a forked instance. That advice is answered with "done"; all other passes.
//   __register_atfork   what pthread_atfork calls. Kept in a list beside glibc's own, because a zygote forks with clone
//                       (see fork.h) and has to run the handlers itself: libuv's keep a lock in one of them.

#include "isolate_pool/engine/entry.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include <cstdio>
#include <cstdlib>

namespace {

hearth::engine::ForkHandlers g_fork_handlers[hearth::engine::kMaxForkHandlers];
int g_fork_handler_count = 0;

int Main(int argc, char** argv, char** /*environment*/) {
  // A program started by a function would inherit them, and fail to load this object.
  unsetenv("LD_PRELOAD");
  unsetenv("LD_BIND_NOW");
  // The arguments' memory becomes the room for process.title.
  return EngineMain(argc, uv_setup_args(argc, argv));
}

}  // namespace

namespace hearth::engine {

const ForkHandlers* RegisteredForkHandlers(int* count) {
  *count = g_fork_handler_count;
  return g_fork_handlers;
}

}  // namespace hearth::engine

#define HEARTH_EXPORT extern "C" __attribute__((visibility("default")))

HEARTH_EXPORT int __libc_start_main(int (*)(int, char**, char**), int argc, char** argv, void (*init)(), void (*fini)(),
                                    void (*rtld_fini)(), void* stack_end) {
  auto* real = reinterpret_cast<decltype(&__libc_start_main)>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return real(Main, argc, argv, init, fini, rtld_fini, stack_end);
}

HEARTH_EXPORT int madvise(void* address, size_t length, int advice) noexcept {
  if (advice == MADV_DONTFORK) return 0;
  return static_cast<int>(syscall(SYS_madvise, address, length, advice));
}

HEARTH_EXPORT int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(), void* dso_handle) {
  if (g_fork_handler_count == hearth::engine::kMaxForkHandlers) {
    std::fputs("hearth: more fork handlers than kMaxForkHandlers; raise it in isolate_pool/engine/entry.h\n", stderr);
    std::abort();
  }
  g_fork_handlers[g_fork_handler_count++] = {prepare, parent, child};
  auto* real = reinterpret_cast<decltype(&__register_atfork)>(dlsym(RTLD_NEXT, "__register_atfork"));
  return real(prepare, parent, child, dso_handle);
}
