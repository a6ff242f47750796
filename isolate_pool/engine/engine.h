#pragma once

// One Node environment with one V8 isolate, booted once and then forked many times.
//
//   auto engine = Engine::Boot(argv[0], &error);
//   …                                             // run JavaScript in engine->context(), turn engine->loop()
//   engine->PrepareFork();                        // one thread is left
//   if (Fork().pid == 0) {
//     engine->AfterFork();
//     …                                           // run more of it, in a process of its own
//   }
//
// Everything runs on the thread that called Boot, which stays inside the isolate and its context for good. The engine is
// never torn down: its processes end with _exit.

#include <node.h>
#include <uv.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isolate_pool/engine/clocks.h"
#include "isolate_pool/engine/platform.h"

namespace hearth::engine {

class Engine {
 public:
  // Null on failure, with *error set.
  static std::unique_ptr<Engine> Boot(const std::string& executable, std::string* error);
  ~Engine();

  v8::Isolate* isolate() const { return isolate_; }
  v8::Local<v8::Context> context() const;
  node::Environment* environment() const;
  uv_loop_t* loop() const;
  ForkablePlatform& platform() { return *platform_; }
  Clocks& clocks() { return clocks_; }

  // Node's internal require: reaches internal modules as well as public ones. For hearth's own runtime only.
  v8::Local<v8::Function> internal_require() const;

  // Compiles `source` as the body of a function with these parameters; `name` shows in stack traces.
  v8::MaybeLocal<v8::Function> CompileFunction(std::string_view name, std::string_view source,
                                               const std::vector<std::string>& parameters);

  // Whether a function's code is compiled when it is first called (as V8 does of itself), or all of it with its file, so
  // that forks of this process find it compiled. For what is compiled from now on.
  static void CompileLazily(bool lazily);

  // From now on the loop counts the time it waits, which performance.eventLoopUtilization() needs, as Node's own loop does.
  // For a process that will not be forked again: the count cannot be taken back.
  void MeasureIdleTime();

  // Turns the loop without blocking until it has nothing to do, background work included.
  void Settle();
  // Once, when the process is warm: lays its memory out so that it is cheap to fork.
  void CollectMemory();
  // Settles and joins all threads; afterwards ThreadCount() is 1. Does not collect garbage: that drops inline caches and
  // bytecode which every fork would have to make again (measured: a third more page faults per cold start).
  void PrepareFork();
  // In the forked process: event loop and platform made its own. 0 on success, else libuv's error code. OpenSSL seeds
  // itself again by itself: the process id it remembers is this engine's, which no fork of it has, not even in a
  // namespace of its own, where the fork is 1 and this process is not.
  int AfterFork();

 private:
  Engine();

  std::unique_ptr<ForkablePlatform> platform_;
  struct Scopes;
  node::EmbedderSnapshotData::Pointer snapshot_;
  std::unique_ptr<node::CommonEnvironmentSetup> setup_;
  std::unique_ptr<Scopes> scopes_;
  v8::Isolate* isolate_ = nullptr;
  Clocks clocks_;
  v8::Global<v8::Function> internal_require_;
};

}  // namespace hearth::engine
