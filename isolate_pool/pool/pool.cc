#include "isolate_pool/pool/pool.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace hearth {

using Clock = Pool::Clock;

// One instance and what the pool knows of it.
struct Pool::Slot {
  enum class State { kStarting, kLive, kDraining, kGone };
  Function* function = nullptr;
  std::shared_ptr<Instance> instance;
  State state = State::kStarting;
  uint32_t in_flight = 0;
  Clock::time_point started_at;
  std::chrono::nanoseconds init{};
  bool served = false;  // an invocation has used it
  Clock::time_point idle_since;
};

struct Pool::Waiter {
  uint64_t ticket;
  AcquireCallback callback;
};

struct Pool::Function {
  explicit Function(boost::asio::io_context& context) : idle_timer(context) {}

  std::shared_ptr<const FunctionSpec> spec;
  // Most recently used first, so that the others have a chance to become idle.
  std::list<Slot> slots;
  std::deque<Waiter> waiters;
  boost::asio::steady_timer idle_timer;
  uint64_t next_instance = 1;
  bool retired = false;

  uint32_t concurrency() const { return Concurrency(spec->scaling, spec->kind); }
  // Invocations that the instances starting now, and those that may still be started, can serve.
  uint64_t StartCapacity() const {
    const uint64_t live = slots.size() - starting();
    return (spec->scaling.max_instances - std::min<uint64_t>(live, spec->scaling.max_instances)) * concurrency();
  }
  uint32_t starting() const {
    return static_cast<uint32_t>(std::count_if(slots.begin(), slots.end(),
                                               [](const Slot& slot) { return slot.state == Slot::State::kStarting; }));
  }
};

std::string_view StartName(StartKind start) { return start == StartKind::kWarm ? "warm" : "zygote"; }

Pool::Pool(boost::asio::io_context& context, InstanceFactory& factory) : context_(context), factory_(factory) {}
Pool::~Pool() = default;

Pool::Function* Pool::FindFunction(std::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : found->second.get();
}

void Pool::Register(std::shared_ptr<const FunctionSpec> spec) {
  auto& entry = functions_[spec->name];
  auto function = std::make_unique<Function>(context_);
  function->spec = std::move(spec);
  if (entry != nullptr) {
    // Those who wait get the new version; those who run finish on the old.
    function->waiters = std::exchange(entry->waiters, {});
    function->next_instance = entry->next_instance;
    entry->retired = true;
    retired_.push_back(std::move(entry));
    Function& old = *retired_.back();
    std::vector<std::shared_ptr<Instance>> idle;
    for (Slot& slot : old.slots) {
      if (slot.state == Slot::State::kGone) continue;
      slot.state = Slot::State::kDraining;
      if (slot.in_flight == 0) idle.push_back(slot.instance);
    }
    for (const auto& instance : idle) instance->Kill({.kind = ExitCause::Kind::kStopped});
  }
  entry = std::move(function);
  StartIfNeeded(*entry);
}

std::shared_ptr<const FunctionSpec> Pool::Find(std::string_view name) const {
  const Function* function = FindFunction(name);
  return function == nullptr ? nullptr : function->spec;
}

std::vector<std::shared_ptr<const FunctionSpec>> Pool::Functions() const {
  std::vector<std::shared_ptr<const FunctionSpec>> specs;
  specs.reserve(functions_.size());
  for (const auto& [name, function] : functions_) specs.push_back(function->spec);
  return specs;
}

uint64_t Pool::Acquire(const std::string& name, AcquireCallback callback) {
  const uint64_t ticket = next_ticket_++;
  Function* function = FindFunction(name);
  if (shutting_down_ || function == nullptr) {
    callback(AcquireError{
        shutting_down_ ? absl::UnavailableError("hearth is shutting down") : absl::NotFoundError("no such function"),
        {}});
    return ticket;
  }
  if (Slot* slot = FreeSlot(*function)) {
    callback(MakeLease(*slot, StartKind::kWarm));
    return ticket;
  }
  // Those whom a start can serve wait for that start and not in the queue.
  if (function->waiters.size() >= function->spec->scaling.queue_length + function->StartCapacity()) {
    callback(AcquireError{
        absl::ResourceExhaustedError(StrCat("the queue of function \"", name,
                                            "\" is full (scaling.queue = ", function->spec->scaling.queue_length,
                                            ", scaling.max_instances = ", function->spec->scaling.max_instances, ")")),
        {}});
    return ticket;
  }
  function->waiters.push_back({ticket, std::move(callback)});
  StartIfNeeded(*function);
  return ticket;
}

void Pool::Cancel(uint64_t ticket) {
  for (auto& [name, function] : functions_) {
    std::erase_if(function->waiters, [ticket](const Waiter& waiter) { return waiter.ticket == ticket; });
  }
}

Pool::Slot* Pool::FreeSlot(Function& function) {
  for (auto slot = function.slots.begin(); slot != function.slots.end(); ++slot) {
    if (slot->state != Slot::State::kLive || slot->in_flight >= function.concurrency()) continue;
    function.slots.splice(function.slots.begin(), function.slots, slot);
    return &function.slots.front();
  }
  return nullptr;
}

Lease Pool::MakeLease(Slot& slot, StartKind start) {
  ++slot.in_flight;
  slot.served = true;
  return {slot.instance, start, start == StartKind::kWarm ? std::chrono::nanoseconds(0) : slot.init, &slot};
}

void Pool::StartIfNeeded(Function& function) {
  if (shutting_down_) return;
  const uint64_t concurrency = function.concurrency();
  while (function.starting() * concurrency < function.waiters.size() &&
         function.slots.size() < function.spec->scaling.max_instances) {
    Start(function);
  }
}

void Pool::Start(Function& function) {
  function.slots.emplace_front();
  const auto slot = function.slots.begin();
  slot->function = &function;
  slot->started_at = Clock::now();
  slot->instance = factory_.Start(function.spec, StrCat(function.spec->name, "-", function.next_instance++),
                                  [this, &slot = *slot](absl::Status status) { OnReady(slot, std::move(status)); });
  slot->instance->OnExit([this, &slot = *slot] { OnExit(slot); });
}

void Pool::OnReady(Slot& slot, absl::Status status) {
  Function& function = *slot.function;
  if (!status.ok()) {
    // Those that this instance would have served learn why it did not come up. OnExit follows.
    FailWaiters(function, function.concurrency(), {absl::AbortedError(status.message()), slot.instance->exit_cause()});
    return;
  }
  slot.init = Clock::now() - slot.started_at;
  if (function.spec->kind == FunctionKind::kDetect) {
    auto spec = std::make_shared<FunctionSpec>(*function.spec);
    spec->kind = slot.instance->kind();
    function.spec = std::move(spec);
  }
  if (slot.state == Slot::State::kDraining) {
    slot.instance->Kill({.kind = ExitCause::Kind::kStopped});
    return;
  }
  slot.state = Slot::State::kLive;
  slot.idle_since = Clock::now();
  ServeWaiters(function);
  ArmIdleTimer(function);
}

void Pool::ServeWaiters(Function& function) {
  while (!function.waiters.empty()) {
    Slot* slot = FreeSlot(function);
    if (slot == nullptr) break;
    const AcquireCallback callback = std::move(function.waiters.front().callback);
    function.waiters.pop_front();
    // The first invocation of a fresh instance waited for its start; that start is its cold start.
    callback(MakeLease(*slot, slot->served ? StartKind::kWarm : StartKind::kZygote));
  }
  StartIfNeeded(function);
}

void Pool::FailWaiters(Function& function, size_t count, const AcquireError& error) {
  for (; count > 0 && !function.waiters.empty(); --count) {
    const AcquireCallback callback = std::move(function.waiters.front().callback);
    function.waiters.pop_front();
    callback(error);
  }
}

void Pool::Release(Lease lease) {
  Slot& slot = *static_cast<Slot*>(lease.slot);
  --slot.in_flight;
  slot.idle_since = Clock::now();
  if (slot.state == Slot::State::kLive) {
    ServeWaiters(*slot.function);
    ArmIdleTimer(*slot.function);
  } else if (slot.in_flight == 0) {
    if (slot.state == Slot::State::kGone) {
      Remove(slot);
    } else {
      slot.instance->Kill({.kind = ExitCause::Kind::kStopped});
    }
  }
}

void Pool::Drain(const Lease& lease) {
  Slot& slot = *static_cast<Slot*>(lease.slot);
  if (slot.state == Slot::State::kLive) slot.state = Slot::State::kDraining;
}

void Pool::OnExit(Slot& slot) {
  slot.state = Slot::State::kGone;
  if (slot.in_flight == 0) Remove(slot);
}

void Pool::Remove(Slot& slot) {
  Function& function = *slot.function;
  function.slots.remove_if([&slot](const Slot& candidate) { return &candidate == &slot; });
  if (!function.retired) {
    StartIfNeeded(function);
  } else if (function.slots.empty()) {
    retired_.remove_if([&function](const auto& candidate) { return candidate.get() == &function; });
  }
  FinishShutdownIfEmpty();
}

void Pool::ArmIdleTimer(Function& function) {
  if (shutting_down_) return;
  Clock::time_point next = Clock::time_point::max();
  for (const Slot& slot : function.slots) {
    if (slot.state != Slot::State::kLive || slot.in_flight > 0) continue;
    next = std::min(next, slot.idle_since + function.spec->scaling.idle_timeout);
  }
  // Moving the timer costs more than a look at the clock: it is left alone while it will fire soon enough.
  if (next == Clock::time_point::max() || function.idle_timer.expiry() == next) return;
  if (function.idle_timer.expiry() > Clock::now() && function.idle_timer.expiry() <= next) return;
  function.idle_timer.expires_at(next);
  function.idle_timer.async_wait([this, &function](boost::system::error_code error) {
    if (!error) StopIdle(function);
  });
}

void Pool::StopIdle(Function& function) {
  const Clock::time_point now = Clock::now();
  for (Slot& slot : function.slots) {
    if (slot.state != Slot::State::kLive || slot.in_flight > 0) continue;
    if (slot.idle_since + function.spec->scaling.idle_timeout > now) continue;
    slot.state = Slot::State::kDraining;
    slot.instance->Kill({.kind = ExitCause::Kind::kStopped});
  }
  ArmIdleTimer(function);
}

InstanceCounts Pool::Counts(const std::string& name) const {
  InstanceCounts counts;
  const Function* function = FindFunction(name);
  if (function == nullptr) return counts;
  for (const Slot& slot : function->slots) {
    switch (slot.state) {
      case Slot::State::kStarting:
        ++counts.starting;
        break;
      case Slot::State::kLive:
        ++(slot.in_flight > 0 ? counts.busy : counts.ready);
        break;
      case Slot::State::kDraining:
        ++counts.draining;
        break;
      case Slot::State::kGone:
        break;
    }
  }
  return counts;
}

uint32_t Pool::QueueLength(const std::string& name) const {
  const Function* function = FindFunction(name);
  return function == nullptr ? 0 : static_cast<uint32_t>(function->waiters.size());
}

void Pool::Shutdown(std::function<void()> done) {
  shutting_down_ = true;
  shutdown_done_ = std::move(done);
  std::vector<std::shared_ptr<Instance>> instances;
  for (auto& [name, function] : functions_) {
    function->idle_timer.cancel();
    FailWaiters(*function, function->waiters.size(), {absl::UnavailableError("hearth is shutting down"), {}});
    for (Slot& slot : function->slots) instances.push_back(slot.instance);
  }
  for (auto& function : retired_) {
    for (Slot& slot : function->slots) instances.push_back(slot.instance);
  }
  for (const auto& instance : instances) instance->Kill({.kind = ExitCause::Kind::kStopped});
  FinishShutdownIfEmpty();
}

void Pool::FinishShutdownIfEmpty() {
  if (!shutting_down_ || shutdown_done_ == nullptr) return;
  for (const auto& [name, function] : functions_) {
    if (!function->slots.empty()) return;
  }
  if (retired_.empty()) std::exchange(shutdown_done_, nullptr)();
}

}  // namespace hearth
