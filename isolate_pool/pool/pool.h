#pragma once

// Decides which instance serves which invocation: reuse while warm, start when none is free, wait when no more may be
// started; and how many there are: a minimum kept ready, a maximum, an end for those that idle, age or wear out.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "absl/status/statusor.h"
#include "isolate_pool/pool/instance.h"

namespace hearth {

// The right to run one invocation in an instance. Must be given back with Pool::Release, also after the instance ended.
struct Lease {
  std::shared_ptr<Instance> instance;
  StartKind start = StartKind::kWarm;
  std::chrono::nanoseconds init{};  // fork to ready, if this invocation waited for a start
  void* slot = nullptr;             // the pool's
};

enum class InstanceState { kStarting, kReady, kFrozen, kBusy, kDraining };
std::string_view InstanceStateName(InstanceState state);

// One instance as people see it.
struct InstanceInfo {
  std::string function;
  uint64_t version = 0;
  std::shared_ptr<const Instance> instance;
  InstanceState state = InstanceState::kStarting;
  StartKind start = StartKind::kZygote;
  uint32_t in_flight = 0;
  uint64_t served = 0;  // invocations, those in flight included
  std::chrono::nanoseconds age{};
  std::chrono::nanoseconds idle{};  // 0 unless ready or frozen
};

struct InstanceCounts {
  uint32_t starting = 0;
  uint32_t ready = 0;
  uint32_t busy = 0;
  uint32_t draining = 0;
};

// Used on the core's thread only. Invariants: an instance never runs more invocations at once than its function's
// concurrency, nor those of another function or version; every Acquire is answered exactly once, unless it is cancelled.
class Pool {
 public:
  using Clock = std::chrono::steady_clock;
  // An instance of scaling.min_instances that did not come up is tried again after the first delay, doubled each time up
  // to the last.
  static constexpr std::chrono::milliseconds kFirstRetry{200};
  static constexpr std::chrono::milliseconds kLastRetry{60'000};

  struct AcquireError {
    // ResourceExhausted: queue full; DeadlineExceeded: scaling.queue_age; Unavailable: shutting down; Aborted: the start
    // failed
    absl::Status status;
    ExitCause cause;                   // for Aborted: why
    std::optional<LimitBreach> limit;  // that was the reason
  };
  using AcquireCallback = std::function<void(std::variant<Lease, AcquireError>)>;

  // Neither the context nor the factory is owned.
  Pool(boost::asio::io_context& context, InstanceFactory& factory);
  ~Pool();

  // The most instances that the functions of a tenant may have together; 0: no bound. Where it is reached and another of its
  // functions is asked for, one that idles makes room.
  void SetTenantMaximum(const std::string& tenant, uint32_t max_instances);
  // Instances that the tenant has.
  uint32_t TenantInstances(const std::string& tenant) const;

  // Adds a function, or replaces the one of that name: its instances finish what they run and end.
  void Register(std::shared_ptr<const FunctionSpec> spec);
  // Null if there is none. The kind is the detected one as soon as an instance was initialised.
  std::shared_ptr<const FunctionSpec> Find(std::string_view name) const;
  // Sorted by name.
  std::vector<std::shared_ptr<const FunctionSpec>> Functions() const;

  // A warm instance of a registered function, if there is one and nobody waits for it.
  std::optional<Lease> TryAcquire(std::string_view function);
  // Asks for an instance of a registered function. The callback may be called before this returns (a warm instance).
  // Returns a ticket for Cancel.
  uint64_t Acquire(const std::string& function, AcquireCallback callback);
  // The callback will not be called any more. No effect if it has been.
  void Cancel(uint64_t ticket);
  // `used`: whether an invocation ran; else it does not count.
  void Release(Lease lease, bool used = true);
  // No new work for the lease's instance; it is stopped when its last lease is released.
  void Drain(const Lease& lease);

  // Invocations that the lease's instance runs at the moment, this one included.
  uint32_t InFlight(const Lease& lease) const;

  // Ends the instances of one function, or of all if the name is empty: at once those that run nothing, the others when
  // they are done. Returns how many. What is kept ahead of need is dropped too if `templates` is set.
  size_t Evict(std::string_view function, bool templates);
  // Under memory pressure: ends up to `count` instances, those idle for longest first, minima not spared.
  size_t EvictIdle(size_t count);
  size_t IdleCount() const;

  // By function and age.
  std::vector<InstanceInfo> Instances() const;
  InstanceCounts Counts(const std::string& function) const;
  uint32_t QueueLength(const std::string& function) const;

  // Rejects what waits and kills every instance. `done` is called when all of them are gone.
  void Shutdown(std::function<void()> done);

 private:
  struct Slot;
  struct Function;
  struct Waiter;
  struct Tenant;

  Function* FindFunction(std::string_view name) const;
  std::vector<Slot*> IdleSlots() const;
  void StartIfNeeded(Function& function);
  // Whether neither the function's nor its tenant's maximum is reached.
  static bool HasRoom(const Function& function);
  // Ends idle instances of the tenant's other functions for what waits here.
  void MakeRoom(Function& function);
  // Somebody else of the tenant waits for the place of this instance.
  bool IsInTheWay(const Slot& slot) const;
  std::vector<Function*> FunctionsOf(const Tenant& tenant) const;
  void Start(Function& function);
  void OnReady(Slot& slot, absl::Status status);
  void OnExit(Slot& slot);
  void Remove(Slot& slot);
  void ServeWaiters(Function& function);
  Slot* FreeSlot(Function& function);
  Lease MakeLease(Slot& slot, StartKind start);
  // No more work for it: ended at once, or by the release of its last lease.
  void Retire(Slot& slot);
  static bool CanWearOut(const Scaling& scaling);
  bool WornOut(const Slot& slot, Clock::time_point now) const;
  void BecomeIdle(Slot& slot);
  void KeepMinimum(Function& function);
  void ArmQueueTimer(Function& function);
  void RejectAged(Function& function);
  void ArmIdleTimer(Function& function);
  void StopIdle(Function& function);
  void FailWaiters(Function& function, size_t count, const AcquireError& error);
  void FinishShutdownIfEmpty();

  boost::asio::io_context& context_;
  InstanceFactory& factory_;
  std::map<std::string, Tenant> tenants_;
  std::map<std::string, std::unique_ptr<Function>, std::less<>> functions_;
  // Replaced functions whose instances are not gone yet.
  std::list<std::unique_ptr<Function>> retired_;
  uint64_t next_ticket_ = 1;
  uint64_t next_version_ = 1;
  bool shutting_down_ = false;
  std::function<void()> shutdown_done_;
};

}  // namespace hearth
