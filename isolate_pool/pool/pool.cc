#include "isolate_pool/pool/pool.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/units.h"

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
  uint64_t served = 0;  // invocations that have used it
  Clock::time_point idle_since;
  std::list<Slot>::iterator place;  // in its function's slots
};

struct Pool::Waiter {
  uint64_t ticket;
  AcquireCallback callback;
  Clock::time_point since;
};

struct Pool::Tenant {
  uint32_t max_instances = 0;  // 0: no bound
  uint32_t instances = 0;
};

struct Pool::Function {
  explicit Function(boost::asio::io_context& context)
      : idle_timer(context), queue_timer(context), retry_timer(context) {}

  std::shared_ptr<const FunctionSpec> spec;
  Tenant* tenant = nullptr;  // of the pool's
  // Most recently used first, so that the others have a chance to become idle. No live one with room for an invocation
  // stands behind one without: the search for it ends there.
  std::list<Slot> slots;
  std::deque<Waiter> waiters;
  boost::asio::steady_timer idle_timer;
  boost::asio::steady_timer queue_timer;
  boost::asio::steady_timer retry_timer;     // for scaling.min_instances
  std::chrono::milliseconds retry_delay{0};  // above 0 after a start that failed
  bool retry_armed = false;
  uint64_t next_instance = 1;
  bool retired = false;

  uint32_t concurrency() const { return Concurrency(spec->scaling, spec->kind); }
  // Invocations that the instances starting now, and those that may still be started, can serve.
  uint64_t StartCapacity() const {
    const uint64_t starts = starting();
    const uint64_t live = slots.size() - starts;
    uint64_t capacity = spec->scaling.max_instances - std::min<uint64_t>(live, spec->scaling.max_instances);
    if (tenant->max_instances > 0) {
      const uint64_t room = tenant->max_instances - std::min(tenant->instances, tenant->max_instances);
      capacity = std::min(capacity, starts + room);
    }
    return capacity * concurrency();
  }
  // Instances that are there to stay: neither draining nor gone.
  uint32_t kept() const {
    return static_cast<uint32_t>(std::count_if(slots.begin(), slots.end(), [](const Slot& slot) {
      return slot.state == Slot::State::kStarting || slot.state == Slot::State::kLive;
    }));
  }
  uint32_t starting() const {
    return static_cast<uint32_t>(std::count_if(slots.begin(), slots.end(),
                                               [](const Slot& slot) { return slot.state == Slot::State::kStarting; }));
  }
};

std::string_view InstanceStateName(InstanceState state) {
  switch (state) {
    case InstanceState::kStarting:
      return "starting";
    case InstanceState::kReady:
      return "ready";
    case InstanceState::kFrozen:
      return "frozen";
    case InstanceState::kBusy:
      return "busy";
    case InstanceState::kDraining:
      return "draining";
  }
  return "";
}

Pool::Pool(boost::asio::io_context& context, InstanceFactory& factory) : context_(context), factory_(factory) {}
Pool::~Pool() = default;

Pool::Function* Pool::FindFunction(std::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : found->second.get();
}

void Pool::SetTenantMaximum(const std::string& tenant, uint32_t max_instances) {
  tenants_[tenant].max_instances = max_instances;
}

uint32_t Pool::TenantInstances(const std::string& tenant) const {
  const auto found = tenants_.find(tenant);
  return found == tenants_.end() ? 0 : found->second.instances;
}

std::vector<Pool::Function*> Pool::FunctionsOf(const Tenant& tenant) const {
  std::vector<Function*> functions;
  for (const auto& [name, function] : functions_) {
    if (function->tenant == &tenant) functions.push_back(function.get());
  }
  return functions;
}

void Pool::Register(std::shared_ptr<const FunctionSpec> registered) {
  auto spec = std::make_shared<FunctionSpec>(*registered);
  spec->version = next_version_++;
  auto& entry = functions_[spec->name];
  auto function = std::make_unique<Function>(context_);
  function->spec = std::move(spec);
  function->tenant = &tenants_[function->spec->tenant];
  if (entry != nullptr) {
    factory_.Forget(entry->spec->name);
    // Those who wait get the new version; those who run finish on the old.
    function->waiters = std::exchange(entry->waiters, {});
    function->next_instance = entry->next_instance;
    entry->retired = true;
    retired_.push_back(std::move(entry));
    Function& old = *retired_.back();
    for (auto slot = old.slots.begin(); slot != old.slots.end();) Retire(*slot++);
    if (old.slots.empty()) retired_.pop_back();
  }
  entry = std::move(function);
  StartIfNeeded(*entry);
  ArmQueueTimer(*entry);
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

std::optional<Lease> Pool::TryAcquire(std::string_view name) {
  Function* const function = shutting_down_ ? nullptr : FindFunction(name);
  if (function == nullptr || !function->waiters.empty()) return std::nullopt;
  Slot* const slot = FreeSlot(*function);
  if (slot == nullptr) return std::nullopt;
  return MakeLease(*slot, StartKind::kWarm);
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
    Lease lease = MakeLease(*slot, StartKind::kWarm);
    callback(std::move(lease));
    return ticket;
  }
  // Those whom a start can serve wait for that start and not in the queue.
  if (function->waiters.size() >= function->spec->scaling.queue_length + function->StartCapacity()) {
    callback(AcquireError{
        absl::ResourceExhaustedError(StrCat("the queue of function \"", name,
                                            "\" is full (scaling.queue = ", function->spec->scaling.queue_length,
                                            ", scaling.max_instances = ", function->spec->scaling.max_instances, ")")),
        {},
        LimitBreach{"scaling.queue", StrCat(function->spec->scaling.queue_length), ""}});
    return ticket;
  }
  function->waiters.push_back({ticket, std::move(callback), Clock::now()});
  StartIfNeeded(*function);
  ArmQueueTimer(*function);
  return ticket;
}

void Pool::Cancel(uint64_t ticket) {
  for (auto& [name, function] : functions_) {
    std::erase_if(function->waiters, [ticket](const Waiter& waiter) { return waiter.ticket == ticket; });
  }
}

Pool::Slot* Pool::FreeSlot(Function& function) {
  for (auto slot = function.slots.begin(); slot != function.slots.end(); ++slot) {
    if (slot->state != Slot::State::kLive) continue;
    if (slot->in_flight >= function.concurrency()) break;
    if (CanWearOut(function.spec->scaling) && WornOut(*slot, Clock::now())) {
      Retire(*slot);
      continue;
    }
    function.slots.splice(function.slots.begin(), function.slots, slot);
    return &function.slots.front();
  }
  return nullptr;
}

bool Pool::CanWearOut(const Scaling& scaling) { return scaling.max_requests > 0 || scaling.max_age.count() > 0; }

bool Pool::WornOut(const Slot& slot, Clock::time_point now) const {
  const Scaling& scaling = slot.function->spec->scaling;
  return (scaling.max_requests > 0 && slot.served >= scaling.max_requests) ||
         (scaling.max_age.count() > 0 && now - slot.started_at >= scaling.max_age);
}

// The process ends later, and with it the slot.
void Pool::Retire(Slot& slot) {
  if (slot.state == Slot::State::kGone) return;
  slot.state = Slot::State::kDraining;
  if (slot.in_flight == 0) slot.instance->Kill({.kind = ExitCause::Kind::kStopped});
}

Lease Pool::MakeLease(Slot& slot, StartKind start) {
  if (slot.in_flight == 0 && slot.function->spec->scaling.freeze) slot.instance->Thaw();
  ++slot.in_flight;
  ++slot.served;
  Function& function = *slot.function;
  if (slot.in_flight >= function.concurrency()) function.slots.splice(function.slots.end(), function.slots, slot.place);
  return {slot.instance, start, start == StartKind::kWarm ? std::chrono::nanoseconds(0) : slot.init, &slot};
}

void Pool::StartIfNeeded(Function& function) {
  if (shutting_down_) return;
  const uint64_t concurrency = function.concurrency();
  while (!function.waiters.empty() && function.starting() * concurrency < function.waiters.size() &&
         HasRoom(function)) {
    Start(function);
  }
  MakeRoom(function);
  KeepMinimum(function);
}

bool Pool::HasRoom(const Function& function) {
  const Tenant& tenant = *function.tenant;
  return function.slots.size() < function.spec->scaling.max_instances &&
         (tenant.max_instances == 0 || tenant.instances < tenant.max_instances);
}

void Pool::MakeRoom(Function& function) {
  const Tenant& tenant = *function.tenant;
  if (tenant.max_instances == 0 || tenant.instances < tenant.max_instances) return;
  const uint64_t concurrency = function.concurrency();
  const uint64_t wanted = (function.waiters.size() + concurrency - 1) / concurrency;
  uint64_t coming = function.starting();
  std::vector<Slot*> idle;
  for (Function* other : FunctionsOf(tenant)) {
    uint32_t spare = other->kept() - std::min(other->kept(), other->spec->scaling.min_instances);
    // The least recently used first.
    for (auto slot = other->slots.rbegin(); slot != other->slots.rend(); ++slot) {
      if (slot->state == Slot::State::kDraining && slot->in_flight == 0) ++coming;
      if (other == &function || spare == 0 || slot->state != Slot::State::kLive || slot->in_flight > 0) continue;
      --spare;
      idle.push_back(&*slot);
    }
  }
  std::sort(idle.begin(), idle.end(), [](const Slot* a, const Slot* b) { return a->idle_since < b->idle_since; });
  for (size_t i = 0; i < idle.size() && coming < wanted; ++i, ++coming) Retire(*idle[i]);
}

bool Pool::IsInTheWay(const Slot& slot) const {
  const Function& function = *slot.function;
  const Tenant& tenant = *function.tenant;
  if (tenant.max_instances == 0 || tenant.instances < tenant.max_instances) return false;
  if (function.kept() <= function.spec->scaling.min_instances) return false;
  const std::vector<Function*> functions = FunctionsOf(tenant);
  return std::any_of(functions.begin(), functions.end(), [&](const Function* other) {
    return other != &function && !other->waiters.empty() && other->starting() == 0 &&
           other->slots.size() < other->spec->scaling.max_instances;
  });
}

void Pool::KeepMinimum(Function& function) {
  const Scaling& scaling = function.spec->scaling;
  if (shutting_down_ || function.retired || function.retry_armed) return;
  const uint32_t minimum = std::min(scaling.min_instances, scaling.max_instances);
  if (minimum == 0) return;
  if (function.retry_delay.count() > 0 && function.kept() < minimum) {
    function.retry_armed = true;
    function.retry_timer.expires_after(function.retry_delay);
    function.retry_timer.async_wait([this, &function](boost::system::error_code error) {
      if (error) return;
      function.retry_armed = false;
      // One tells whether it goes again; its success starts the others.
      if (function.slots.empty()) Start(function);
    });
    return;
  }
  while (function.kept() < minimum && HasRoom(function)) Start(function);
}

void Pool::Start(Function& function) {
  ++function.tenant->instances;
  function.slots.emplace_front();
  const auto slot = function.slots.begin();
  slot->function = &function;
  slot->place = slot;
  slot->started_at = Clock::now();
  slot->instance = factory_.Start(function.spec, StrCat(function.spec->name, "-", function.next_instance++),
                                  [this, &slot = *slot](absl::Status status) { OnReady(slot, std::move(status)); });
  slot->instance->OnExit([this, &slot = *slot] { OnExit(slot); });
}

void Pool::OnReady(Slot& slot, absl::Status status) {
  Function& function = *slot.function;
  if (!status.ok()) {
    function.retry_delay = std::clamp(function.retry_delay * 2, kFirstRetry, kLastRetry);
    // Those that this instance would have served learn why it did not come up. OnExit follows.
    FailWaiters(function, function.concurrency(), {absl::AbortedError(status.message()), slot.instance->exit_cause()});
    return;
  }
  slot.init = Clock::now() - slot.started_at;
  function.retry_delay = {};
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
  ServeWaiters(function);
  if (slot.in_flight == 0) BecomeIdle(slot);
}

void Pool::BecomeIdle(Slot& slot) {
  if (IsInTheWay(slot)) return Retire(slot);
  slot.idle_since = Clock::now();
  if (slot.function->spec->scaling.freeze) slot.instance->Freeze();
  ArmIdleTimer(*slot.function);
}

void Pool::ServeWaiters(Function& function) {
  while (!function.waiters.empty()) {
    Slot* slot = FreeSlot(function);
    if (slot == nullptr) break;
    const AcquireCallback callback = std::move(function.waiters.front().callback);
    function.waiters.pop_front();
    // The first invocation of a fresh instance waited for its start; that start is its cold start.
    callback(MakeLease(*slot, slot->served > 0 ? StartKind::kWarm : slot->instance->start()));
  }
  StartIfNeeded(function);
}

void Pool::ArmQueueTimer(Function& function) {
  const auto age = function.spec->scaling.queue_age;
  if (age.count() == 0 || function.waiters.empty() || shutting_down_) return;
  const Clock::time_point next = function.waiters.front().since + age;
  if (function.queue_timer.expiry() > Clock::now() && function.queue_timer.expiry() <= next) return;
  function.queue_timer.expires_at(next);
  function.queue_timer.async_wait([this, &function](boost::system::error_code error) {
    if (!error) RejectAged(function);
  });
}

void Pool::RejectAged(Function& function) {
  const auto age = function.spec->scaling.queue_age;
  const Clock::time_point now = Clock::now();
  while (!function.waiters.empty() && now - function.waiters.front().since >= age) {
    FailWaiters(function, 1,
                {absl::DeadlineExceededError(StrCat("no instance of function \"", function.spec->name,
                                                    "\" was free within scaling.queue_age = ", FormatDuration(age))),
                 {},
                 LimitBreach{"scaling.queue_age", FormatDuration(age), ""}});
  }
  ArmQueueTimer(function);
}

void Pool::FailWaiters(Function& function, size_t count, const AcquireError& error) {
  for (; count > 0 && !function.waiters.empty(); --count) {
    const AcquireCallback callback = std::move(function.waiters.front().callback);
    function.waiters.pop_front();
    callback(error);
  }
}

void Pool::Release(Lease lease, bool used) {
  Slot& slot = *static_cast<Slot*>(lease.slot);
  --slot.in_flight;
  if (!used) --slot.served;
  if (slot.state == Slot::State::kLive) {
    if (WornOut(slot, Clock::now())) {
      Retire(slot);
      return;
    }
    Function& function = *slot.function;
    function.slots.splice(function.slots.begin(), function.slots, slot.place);
    ServeWaiters(function);
    if (slot.in_flight == 0) BecomeIdle(slot);
  } else if (slot.in_flight == 0) {
    if (slot.state == Slot::State::kGone) {
      Remove(slot);
    } else {
      slot.instance->Kill({.kind = ExitCause::Kind::kStopped});
    }
  }
}

uint32_t Pool::InFlight(const Lease& lease) const { return static_cast<Slot*>(lease.slot)->in_flight; }

size_t Pool::Evict(std::string_view name, bool templates) {
  size_t count = 0;
  for (auto& [key, function] : functions_) {
    if (!name.empty() && key != name) continue;
    if (templates) factory_.Forget(key);
    for (auto slot = function->slots.begin(); slot != function->slots.end();) {
      Slot& evicted = *slot++;
      if (evicted.state != Slot::State::kLive) continue;
      ++count;
      Retire(evicted);
    }
  }
  return count;
}

std::vector<Pool::Slot*> Pool::IdleSlots() const {
  std::vector<Slot*> idle;
  for (const auto& [name, function] : functions_) {
    for (Slot& slot : function->slots) {
      if (slot.state == Slot::State::kLive && slot.in_flight == 0) idle.push_back(&slot);
    }
  }
  return idle;
}

size_t Pool::IdleCount() const { return IdleSlots().size(); }

size_t Pool::EvictIdle(size_t count) {
  std::vector<Slot*> idle = IdleSlots();
  std::sort(idle.begin(), idle.end(), [](const Slot* a, const Slot* b) { return a->idle_since < b->idle_since; });
  idle.resize(std::min(count, idle.size()));
  for (Slot* slot : idle) Retire(*slot);
  return idle.size();
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
  Tenant& tenant = *function.tenant;
  --tenant.instances;
  function.slots.erase(slot.place);
  if (!function.retired) {
    StartIfNeeded(function);
  } else if (function.slots.empty()) {
    retired_.remove_if([&function](const auto& candidate) { return candidate.get() == &function; });
  }
  if (tenant.max_instances > 0) {
    // Whoever has waited for longest gets the place.
    std::vector<Function*> waiting = FunctionsOf(tenant);
    std::erase_if(waiting, [](const Function* other) { return other->waiters.empty(); });
    std::sort(waiting.begin(), waiting.end(),
              [](const Function* a, const Function* b) { return a->waiters.front().since < b->waiters.front().since; });
    for (Function* other : waiting) StartIfNeeded(*other);
  }
  FinishShutdownIfEmpty();
}

void Pool::ArmIdleTimer(Function& function) {
  if (shutting_down_) return;
  const Scaling& scaling = function.spec->scaling;
  // Whatever has just become idle is not due before this, and the timer's own turn looks at all others.
  const Clock::time_point now = Clock::now();
  const Clock::time_point armed = function.idle_timer.expiry();
  if (scaling.max_age.count() == 0 && armed > now && armed <= now + scaling.idle_timeout) return;
  Clock::time_point next = Clock::time_point::max();
  const bool spare = function.kept() > scaling.min_instances;
  for (const Slot& slot : function.slots) {
    if (slot.state != Slot::State::kLive || slot.in_flight > 0) continue;
    if (spare) next = std::min(next, slot.idle_since + scaling.idle_timeout);
    if (scaling.max_age.count() > 0) next = std::min(next, slot.started_at + scaling.max_age);
  }
  // Moving the timer costs more than a look at the clock: it is left alone while it will fire soon enough.
  if (next == Clock::time_point::max() || function.idle_timer.expiry() == next) return;
  if (armed > now && armed <= next) return;
  function.idle_timer.expires_at(next);
  function.idle_timer.async_wait([this, &function](boost::system::error_code error) {
    if (!error) StopIdle(function);
  });
}

void Pool::StopIdle(Function& function) {
  const Scaling& scaling = function.spec->scaling;
  const Clock::time_point now = Clock::now();
  // The least recently used first.
  for (auto next = function.slots.rbegin(); next != function.slots.rend();) {
    Slot& slot = *next++;
    if (slot.state != Slot::State::kLive || slot.in_flight > 0) continue;
    if (WornOut(slot, now)) {
      Retire(slot);
      continue;
    }
    if (slot.idle_since + scaling.idle_timeout > now) continue;
    if (function.kept() > scaling.min_instances) Retire(slot);
  }
  ArmIdleTimer(function);
}

std::vector<InstanceInfo> Pool::Instances() const {
  std::vector<InstanceInfo> instances;
  const Clock::time_point now = Clock::now();
  const auto add = [&](const Function& function) {
    const size_t first = instances.size();
    for (const Slot& slot : function.slots) {
      if (slot.state == Slot::State::kGone) continue;
      InstanceInfo info{.function = function.spec->name,
                        .version = function.spec->version,
                        .instance = slot.instance,
                        .start = slot.instance->start(),
                        .in_flight = slot.in_flight,
                        .served = slot.served,
                        .age = now - slot.started_at};
      if (slot.state == Slot::State::kStarting) {
        info.state = InstanceState::kStarting;
      } else if (slot.state == Slot::State::kDraining) {
        info.state = InstanceState::kDraining;
      } else if (slot.in_flight > 0) {
        info.state = InstanceState::kBusy;
      } else {
        info.state = function.spec->scaling.freeze ? InstanceState::kFrozen : InstanceState::kReady;
        info.idle = now - slot.idle_since;
      }
      instances.push_back(std::move(info));
    }
    std::sort(instances.begin() + static_cast<std::ptrdiff_t>(first), instances.end(),
              [](const InstanceInfo& a, const InstanceInfo& b) { return a.age > b.age; });
  };
  for (const auto& function : retired_) add(*function);
  for (const auto& [name, function] : functions_) add(*function);
  return instances;
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
    for (auto* timer : {&function->idle_timer, &function->queue_timer, &function->retry_timer}) timer->cancel();
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
