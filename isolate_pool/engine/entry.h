#pragma once

// How hearth's own main gets to run inside the official Node binary, and what of the process that binary must not do
// its own way. See entry.cc; nothing else depends on how it is done.

namespace hearth::engine {

// One pthread_atfork registration of this process (libuv's and Node's included), in order of registration.
struct ForkHandlers {
  void (*prepare)();
  void (*parent)();
  void (*child)();
};

inline constexpr int kMaxForkHandlers = 32;

// The registrations so far; `count` receives their number.
const ForkHandlers* RegisteredForkHandlers(int* count);

}  // namespace hearth::engine

// Defined by each program that runs on the engine: the zygote, and every engine test.
int EngineMain(int argc, char** argv);
