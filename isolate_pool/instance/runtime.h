#pragma once

// The JavaScript side of an instance (isolate_pool/runtime) as C++ sees it: loaded and warmed once in the zygote, used in
// every fork. All calls are made on the isolate's thread, inside its context.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "isolate_pool/engine/engine.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {

// What the JavaScript side reports. Called from within JavaScript: implementations must not call back into Runtime.
class RuntimeEvents {
 public:
  virtual ~RuntimeEvents() = default;
  virtual void OnInitialised(const internal::Initialised& initialised) = 0;
  virtual void OnResult(const internal::Result& result) = 0;
  // Of the fetch lane: fetch_response or fetch_chunk. The receiver may take what is in it.
  virtual void OnFetch(internal::FromInstance& message) = 0;
  // Whether V8 works in the background, which may settle what waits (the compilation of WebAssembly, say). Then Idle is
  // called again soon.
  virtual bool Busy() = 0;
  // An error that nobody caught; the process ends right after.
  virtual void OnUncaughtError(const internal::Failure& failure) = 0;
};

class Runtime {
 public:
  // Null on failure, with *error set. The runtime keeps a reference to the engine.
  static std::unique_ptr<Runtime> Load(engine::Engine& engine, std::string* error);
  ~Runtime();

  // Before the first fork. With `exercise`, exercises what functions commonly use, and waits until that is done. Returns
  // an error text, empty on success.
  std::string Warm(bool exercise = true);

  // Where reports go; null (as in the zygote) drops them. Not owned.
  void SetEvents(RuntimeEvents* events);

  // Each may run any amount of the function's code.
  void Assign(const internal::Assignment& assignment);
  // Instead of Assign: runs a program's file. Standard streams, environment and working directory are set by then; what
  // is left of it runs in the event loop.
  void RunProgram(const internal::Assignment& assignment);
  // The function is initialised, and this process will only fork.
  void BecomeTemplate();
  // In a fork of a template: what Assign does beside loading, and the function's own restore listeners.
  void Restore(const internal::Assignment& assignment);
  void Invoke(const internal::Invocation& invocation);
  void Cancel(uint64_t id);
  void Fetch(const internal::FetchRequest& request);
  void CancelFetch(uint64_t id);
  void CreditFetch(uint64_t id, uint64_t bytes);
  // Takes the descriptor.
  void Connect(int fd);
  // The event loop has nothing left to do. True if this made new work.
  bool Idle();

 private:
  explicit Runtime(engine::Engine& engine);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth
