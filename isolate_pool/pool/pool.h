#pragma once

// Decides which instance serves which invocation: reuse while warm, start when none is free, wait when no more may be
// started, stop when idle for too long.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "absl/status/statusor.h"
#include "isolate_pool/pool/instance.h"

namespace hearth {

// Where the instance of an invocation came from; the word used in reports, metrics and logs.
enum class StartKind { kWarm, kZygote };
std::string_view StartName(StartKind start);

// The right to run one invocation in an instance. Must be given back with Pool::Release, also after the instance ended.
struct Lease {
  std::shared_ptr<Instance> instance;
  StartKind start = StartKind::kWarm;
  std::chrono::nanoseconds init{};  // fork to ready, if this invocation waited for a start
  void* slot = nullptr;             // the pool's
};

struct InstanceCounts {
  uint32_t starting = 0;
  uint32_t ready = 0;
  uint32_t busy = 0;
  uint32_t draining = 0;
};

// Used on the core's thread only. Invariants: an instance never runs more invocations at once than its function's
// concurrency, nor those of another function; every Acquire is answered exactly once, unless it is cancelled.
class Pool {
 public:
  using Clock = std::chrono::steady_clock;
  struct AcquireError {
    absl::Status status;  // ResourceExhausted: queue full; Unavailable: shutting down; Aborted: the start failed
    ExitCause cause;      // for Aborted: why
  };
  using AcquireCallback = std::function<void(std::variant<Lease, AcquireError>)>;

  // Neither the context nor the factory is owned.
  Pool(boost::asio::io_context& context, InstanceFactory& factory);
  ~Pool();

  // Adds a function, or replaces the one of that name: its instances finish what they run and end.
  void Register(std::shared_ptr<const FunctionSpec> spec);
  // Null if there is none. The kind is the detected one as soon as an instance was initialised.
  std::shared_ptr<const FunctionSpec> Find(std::string_view name) const;
  // Sorted by name.
  std::vector<std::shared_ptr<const FunctionSpec>> Functions() const;

  // Asks for an instance of a registered function. The callback may be called before this returns (a warm instance).
  // Returns a ticket for Cancel.
  uint64_t Acquire(const std::string& function, AcquireCallback callback);
  // The callback will not be called any more. No effect if it has been.
  void Cancel(uint64_t ticket);
  void Release(Lease lease);
  // No new work for the lease's instance; it is stopped when its last lease is released.
  void Drain(const Lease& lease);

  InstanceCounts Counts(const std::string& function) const;
  uint32_t QueueLength(const std::string& function) const;

  // Rejects what waits and kills every instance. `done` is called when all of them are gone.
  void Shutdown(std::function<void()> done);

 private:
  struct Slot;
  struct Function;
  struct Waiter;

  Function* FindFunction(std::string_view name) const;
  void StartIfNeeded(Function& function);
  void Start(Function& function);
  void OnReady(Slot& slot, absl::Status status);
  void OnExit(Slot& slot);
  void Remove(Slot& slot);
  void ServeWaiters(Function& function);
  Slot* FreeSlot(Function& function);
  Lease MakeLease(Slot& slot, StartKind start);
  void ArmIdleTimer(Function& function);
  void StopIdle(Function& function);
  void FailWaiters(Function& function, size_t count, const AcquireError& error);
  void FinishShutdownIfEmpty();

  boost::asio::io_context& context_;
  InstanceFactory& factory_;
  std::map<std::string, std::unique_ptr<Function>, std::less<>> functions_;
  // Replaced functions whose instances are not gone yet.
  std::list<std::unique_ptr<Function>> retired_;
  uint64_t next_ticket_ = 1;
  bool shutting_down_ = false;
  std::function<void()> shutdown_done_;
};

}  // namespace hearth
