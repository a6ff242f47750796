#include "isolate_pool/pool/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include <boost/asio/post.hpp>

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// An instance that does as the test says.
class ManualInstance final : public Instance {
 public:
  ManualInstance(boost::asio::io_context& context, std::shared_ptr<const FunctionSpec> spec, std::string id,
                 std::function<void(absl::Status)> ready)
      : context_(context), spec_(std::move(spec)), id_(std::move(id)), ready_(std::move(ready)) {}

  // No effect on one that is dead.
  void BecomeReady() {
    if (auto ready = std::exchange(ready_, nullptr)) ready(absl::OkStatus());
  }
  void Die(ExitCause cause) {
    if (cause_.kind != ExitCause::Kind::kRunning) return;
    cause_ = std::move(cause);
    if (auto ready = std::exchange(ready_, nullptr)) {
      boost::asio::post(context_, [ready] { ready(absl::AbortedError("did not start")); });
    }
    for (auto& [id, callback] : on_exit_.Take()) boost::asio::post(context_, std::move(callback));
  }

  const std::string& id() const override { return id_; }
  pid_t pid() const override { return 1; }
  FunctionKind kind() const override { return FunctionKind::kFetch; }
  StartKind start() const override { return StartKind::kZygote; }
  const FunctionSpec& spec() const { return *spec_; }
  uint64_t Invoke(const Event&, std::function<void(EventResult)>) override { return 0; }
  void Cancel(uint64_t) override {}
  absl::StatusOr<Connection> Connect() override { return absl::UnimplementedError("no lane"); }
  void Keep(Connection) override {}
  void BeginRequest(const std::string&, uint64_t) override {}
  std::string EndRequest(const std::string&, bool) override { return ""; }
  uint64_t Fetch(const FetchCall&, std::shared_ptr<FetchListener>) override { return 0; }
  void CancelFetch(uint64_t) override {}
  void CreditFetch(uint64_t, uint64_t) override {}
  std::chrono::nanoseconds CpuTime() const override { return {}; }
  std::chrono::nanoseconds TreeCpuTime() const override { return {}; }
  uint64_t PeakMemoryBytes() const override { return 0; }
  uint64_t ResidentBytes() const override { return 0; }
  void Freeze() override { frozen = true; }
  void Thaw() override { frozen = false; }
  void Interrupt(ExitCause cause) override { Die(std::move(cause)); }
  void Kill(ExitCause cause) override { Die(std::move(cause)); }
  const ExitCause& exit_cause() const override { return cause_; }
  uint64_t OnExit(std::function<void()> callback) override { return on_exit_.Add(std::move(callback)); }
  void RemoveOnExit(uint64_t id) override { on_exit_.Remove(id); }

  bool frozen = false;

 private:
  boost::asio::io_context& context_;
  const std::shared_ptr<const FunctionSpec> spec_;
  const std::string id_;
  std::function<void(absl::Status)> ready_;
  ExitCause cause_;
  ExitCallbacks on_exit_;
};

class PoolTest : public testing::Test, public InstanceFactory {
 protected:
  std::shared_ptr<Instance> Start(std::shared_ptr<const FunctionSpec> spec, std::string id,
                                  std::function<void(absl::Status)> ready) override {
    started_.push_back(std::make_shared<ManualInstance>(context_, std::move(spec), std::move(id), std::move(ready)));
    return started_.back();
  }
  void Forget(const std::string& function) override { forgotten_.push_back(function); }

  void Register(FunctionSpec spec) { pool_.Register(std::make_shared<const FunctionSpec>(std::move(spec))); }

  // Index into leases_ or errors_ once it is answered.
  void Acquire(const std::string& function = "f") {
    last_ticket_ = pool_.Acquire(function, [this](auto answer) {
      if (auto* lease = std::get_if<Lease>(&answer)) {
        leases_.push_back(*lease);
      } else {
        errors_.push_back(std::get<Pool::AcquireError>(answer));
      }
    });
  }

  void RunPosted() {
    context_.restart();
    context_.poll();
  }

  void Release(size_t lease) {
    pool_.Release(leases_[lease]);
    leases_.erase(leases_.begin() + static_cast<std::ptrdiff_t>(lease));
  }

  static FunctionSpec Spec(uint32_t concurrency, uint32_t max_instances = 100) {
    return {.name = "f",
            .kind = FunctionKind::kFetch,
            .scaling = {.concurrency = concurrency, .max_instances = max_instances}};
  }

  boost::asio::io_context context_{1};
  Pool pool_{context_, *this};
  std::vector<std::shared_ptr<ManualInstance>> started_;
  std::vector<std::string> forgotten_;
  std::vector<Lease> leases_;
  std::vector<Pool::AcquireError> errors_;
  uint64_t last_ticket_ = 0;
};

TEST_F(PoolTest, TheFirstInvocationStartsAnInstanceAndTheNextReusesIt) {
  Register(Spec(1));
  Acquire();
  ASSERT_EQ(started_.size(), 1u);
  EXPECT_EQ(started_[0]->id(), "f-1");
  EXPECT_TRUE(leases_.empty());
  started_[0]->BecomeReady();
  ASSERT_EQ(leases_.size(), 1u);
  EXPECT_EQ(leases_[0].start, StartKind::kZygote);
  Release(0);
  Acquire();
  EXPECT_EQ(started_.size(), 1u);
  EXPECT_EQ(leases_[0].start, StartKind::kWarm);
}

TEST_F(PoolTest, AsManyInstancesAreStartedAsTheWaitingNeed) {
  Register(Spec(3));
  for (int i = 0; i < 7; ++i) Acquire();
  EXPECT_EQ(started_.size(), 3u);
  for (const auto& instance : std::vector(started_)) instance->BecomeReady();
  EXPECT_EQ(leases_.size(), 7u);
}

TEST_F(PoolTest, TheMostRecentlyUsedInstanceIsTakenFirst) {
  Register(Spec(1));
  Acquire();
  Acquire();
  started_[0]->BecomeReady();
  started_[1]->BecomeReady();
  const std::string last = leases_[1].instance->id();
  Release(0);
  Release(0);
  Acquire();
  EXPECT_EQ(leases_[0].instance->id(), last);
}

TEST_F(PoolTest, NoMoreThanMaxInstancesAreStartedAndTheRestWaits) {
  Register(Spec(1, 1));
  Acquire();
  Acquire();
  EXPECT_EQ(started_.size(), 1u);
  EXPECT_EQ(pool_.QueueLength("f"), 2u);
  started_[0]->BecomeReady();
  ASSERT_EQ(leases_.size(), 1u);
  EXPECT_EQ(pool_.QueueLength("f"), 1u);
  Release(0);
  EXPECT_EQ(leases_.size(), 1u) << "the next in the queue has it now";
  EXPECT_EQ(leases_[0].start, StartKind::kWarm);
}

TEST_F(PoolTest, AFullQueueRejectsAtOnceAndNamesTheSetting) {
  FunctionSpec spec = Spec(1, 1);
  spec.scaling.queue_length = 1;
  Register(std::move(spec));
  Acquire();
  Acquire();
  EXPECT_TRUE(errors_.empty()) << "one waits for the start, one in the queue";
  Acquire();
  ASSERT_EQ(errors_.size(), 1u);
  EXPECT_TRUE(absl::IsResourceExhausted(errors_[0].status));
  EXPECT_THAT(std::string(errors_[0].status.message()), HasSubstr("scaling.queue = 1"));
}

TEST_F(PoolTest, AFailedStartFailsThoseItWasForAndIsNotRepeatedForNobody) {
  Register(Spec(2));
  for (int i = 0; i < 3; ++i) Acquire();
  ASSERT_EQ(started_.size(), 2u);
  ExitCause cause{.kind = ExitCause::Kind::kInitFailed};
  cause.failure.type = "SyntaxError";
  started_[0]->Die(cause);
  RunPosted();
  ASSERT_EQ(errors_.size(), 2u);
  EXPECT_EQ(errors_[0].cause.failure.type, "SyntaxError");
  started_[1]->BecomeReady();
  EXPECT_EQ(leases_.size(), 1u);
  EXPECT_EQ(started_.size(), 2u);
}

TEST_F(PoolTest, AnInstanceThatDiesAtWorkIsReplacedForTheNext) {
  Register(Spec(1));
  Acquire();
  started_[0]->BecomeReady();
  started_[0]->Die({.kind = ExitCause::Kind::kSignalled, .signal = 9});
  RunPosted();
  Acquire();
  EXPECT_EQ(started_.size(), 2u);
  Release(0);
  started_[1]->BecomeReady();
  EXPECT_EQ(leases_[0].instance->id(), "f-2");
}

TEST_F(PoolTest, ADrainedInstanceFinishesWhatItRunsAndIsStopped) {
  Register(Spec(2));
  Acquire();
  Acquire();
  started_[0]->BecomeReady();
  pool_.Drain(leases_[0]);
  Acquire();
  EXPECT_EQ(started_.size(), 2u) << "no new work for the first";
  Release(0);
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kRunning);
  Release(0);
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kStopped);
}

TEST_F(PoolTest, IdleInstancesAreStopped) {
  FunctionSpec spec = Spec(1);
  spec.scaling.idle_timeout = std::chrono::milliseconds(0);
  Register(std::move(spec));
  Acquire();
  started_[0]->BecomeReady();
  RunPosted();
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kRunning) << "busy is not idle";
  Release(0);
  RunPosted();
  RunPosted();
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kStopped);
  EXPECT_EQ(pool_.Counts("f").ready, 0u);
}

TEST_F(PoolTest, AReplacedFunctionServesItsWaitersWithTheNewVersion) {
  Register(Spec(1, 1));
  Acquire();
  started_[0]->BecomeReady();
  Acquire();
  FunctionSpec changed = Spec(1, 1);
  changed.entry = "/new.js";
  Register(std::move(changed));
  ASSERT_EQ(started_.size(), 2u);
  EXPECT_EQ(started_[1]->spec().entry, "/new.js");
  EXPECT_EQ(started_[1]->id(), "f-2");
  started_[1]->BecomeReady();
  ASSERT_EQ(leases_.size(), 2u);
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kRunning) << "it still runs its invocation";
  Release(0);
  RunPosted();
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kStopped);
}

TEST_F(PoolTest, ACancelledWaiterIsNotAnswered) {
  Register(Spec(1));
  Acquire();
  pool_.Cancel(last_ticket_);
  started_[0]->BecomeReady();
  EXPECT_TRUE(leases_.empty());
  EXPECT_EQ(pool_.Counts("f").ready, 1u);
}

TEST_F(PoolTest, TheKindIsKnownOnceAnInstanceWasInitialised) {
  FunctionSpec spec = Spec(0);
  spec.kind = FunctionKind::kDetect;
  Register(std::move(spec));
  Acquire();
  started_[0]->BecomeReady();
  EXPECT_EQ(pool_.Find("f")->kind, FunctionKind::kFetch);
}

TEST_F(PoolTest, ShutdownAnswersEveryoneAndWaitsForTheLastProcess) {
  Register(Spec(1, 1));
  Acquire();
  Acquire();
  started_[0]->BecomeReady();
  bool done = false;
  pool_.Shutdown([&done] { done = true; });
  EXPECT_EQ(errors_.size(), 1u);
  EXPECT_FALSE(done);
  RunPosted();
  EXPECT_FALSE(done) << "an invocation still holds its lease";
  Release(0);
  EXPECT_TRUE(done);
  Acquire();
  EXPECT_TRUE(absl::IsUnavailable(errors_[1].status));
}

TEST_F(PoolTest, TheMinimumIsStartedAheadAndKept) {
  FunctionSpec spec = Spec(1);
  spec.scaling.min_instances = 2;
  spec.scaling.idle_timeout = std::chrono::milliseconds(0);
  Register(std::move(spec));
  ASSERT_EQ(started_.size(), 2u);
  for (const auto& instance : std::vector(started_)) instance->BecomeReady();
  RunPosted();
  EXPECT_EQ(pool_.Counts("f").ready, 2u);
  Acquire();
  EXPECT_EQ(leases_[0].start, StartKind::kWarm) << "nobody waited for its start";
  started_[0]->Die({.kind = ExitCause::Kind::kSignalled});
  RunPosted();
  if (leases_[0].instance == started_[0]) Release(0);
  EXPECT_EQ(started_.size(), 3u) << "one that died is replaced";
}

TEST_F(PoolTest, AMinimumThatCannotStartIsTriedAgainOnlyAfterAWhile) {
  FunctionSpec spec = Spec(1);
  spec.scaling.min_instances = 3;
  Register(std::move(spec));
  ASSERT_EQ(started_.size(), 3u);
  for (const auto& instance : std::vector(started_)) instance->Die({.kind = ExitCause::Kind::kInitFailed});
  RunPosted();
  RunPosted();
  EXPECT_EQ(started_.size(), 3u);
}

TEST_F(PoolTest, AnInstanceThatServedMaxRequestsIsReplaced) {
  FunctionSpec spec = Spec(2);
  spec.scaling.max_requests = 3;
  Register(std::move(spec));
  Acquire();
  started_[0]->BecomeReady();
  Acquire();
  Release(0);
  Acquire();
  EXPECT_EQ(started_.size(), 1u);
  Acquire();
  EXPECT_EQ(started_.size(), 2u) << "the first takes no fourth";
  Release(0);
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kRunning);
  Release(0);
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kStopped);
}

TEST_F(PoolTest, AnInstanceOlderThanMaxAgeIsReplaced) {
  FunctionSpec spec = Spec(1);
  spec.scaling.max_age = std::chrono::milliseconds(1);
  Register(std::move(spec));
  Acquire();
  started_[0]->BecomeReady();
  while (pool_.Instances()[0].age < std::chrono::milliseconds(1)) continue;
  Release(0);
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kStopped);
  Acquire();
  EXPECT_EQ(started_.size(), 2u);
}

TEST_F(PoolTest, AnIdleInstanceIsFrozenIfTheFunctionSaysSo) {
  FunctionSpec spec = Spec(2);
  spec.scaling.freeze = true;
  Register(std::move(spec));
  Acquire();
  started_[0]->BecomeReady();
  EXPECT_FALSE(started_[0]->frozen);
  Acquire();
  Release(0);
  EXPECT_FALSE(started_[0]->frozen) << "one invocation still runs";
  Release(0);
  EXPECT_TRUE(started_[0]->frozen);
  EXPECT_EQ(pool_.Instances()[0].state, InstanceState::kFrozen);
  Acquire();
  EXPECT_FALSE(started_[0]->frozen);
}

TEST_F(PoolTest, WhoWaitsLongerThanQueueAgeIsRejectedByName) {
  FunctionSpec spec = Spec(1, 1);
  spec.scaling.queue_age = std::chrono::milliseconds(1);
  Register(std::move(spec));
  Acquire();
  started_[0]->BecomeReady();
  Acquire();
  context_.restart();
  context_.run_one();
  ASSERT_EQ(errors_.size(), 1u);
  EXPECT_TRUE(absl::IsDeadlineExceeded(errors_[0].status));
  EXPECT_THAT(std::string(errors_[0].status.message()), HasSubstr("scaling.queue_age = 1ms"));
}

TEST_F(PoolTest, EvictionEndsTheIdleAtOnceAndTheBusyWhenTheyAreDone) {
  Register(Spec(1));
  Acquire();
  Acquire();
  for (const auto& instance : std::vector(started_)) instance->BecomeReady();
  Release(0);
  EXPECT_EQ(pool_.Evict("f", false), 2u);
  EXPECT_TRUE(forgotten_.empty());
  RunPosted();
  EXPECT_EQ(pool_.Counts("f").draining, 1u);
  Release(0);
  RunPosted();
  EXPECT_EQ(pool_.Instances().size(), 0u);
  EXPECT_EQ(pool_.Evict("", true), 0u);
  EXPECT_THAT(forgotten_, ElementsAre("f"));
}

TEST_F(PoolTest, UnderMemoryPressureTheLongestIdleGoFirst) {
  Register(Spec(1));
  for (int i = 0; i < 3; ++i) Acquire();
  for (const auto& instance : std::vector(started_)) instance->BecomeReady();
  const std::shared_ptr<Instance> first = leases_[1].instance;
  Release(1);
  Release(0);
  EXPECT_EQ(pool_.IdleCount(), 2u);
  EXPECT_EQ(pool_.EvictIdle(1), 1u);
  EXPECT_EQ(first->exit_cause().kind, ExitCause::Kind::kStopped);
  EXPECT_EQ(pool_.EvictIdle(10), 1u) << "the busy one is spared";
}

TEST_F(PoolTest, EachRegistrationIsAVersionOfItsOwn) {
  Register(Spec(1));
  const uint64_t first = pool_.Find("f")->version;
  Register(Spec(1));
  EXPECT_GT(pool_.Find("f")->version, first);
  EXPECT_THAT(forgotten_, ElementsAre("f")) << "what was kept ahead of need for the old one";
}

TEST_F(PoolTest, ATenantsMaximumIsForAllItsFunctionsTogether) {
  pool_.SetTenantMaximum("acme", 2);
  for (const char* name : {"a", "b", "c"}) {
    FunctionSpec spec = Spec(1);
    spec.name = name;
    spec.tenant = "acme";
    Register(spec);
  }
  Register(Spec(1));  // of another tenant
  for (const char* name : {"a", "b", "c", "f"}) Acquire(name);
  ASSERT_EQ(started_.size(), 3u);
  EXPECT_EQ(started_[2]->id(), "f-1");
  EXPECT_EQ(pool_.TenantInstances("acme"), 2u);
  EXPECT_EQ(pool_.QueueLength("c"), 1u);
  for (const auto& instance : std::vector(started_)) instance->BecomeReady();
  ASSERT_EQ(leases_.size(), 3u);
  // What idles goes for another function of the tenant that waits.
  Release(0);
  RunPosted();
  ASSERT_EQ(started_.size(), 4u);
  EXPECT_EQ(started_[3]->id(), "c-1");
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kStopped);
  EXPECT_EQ(pool_.TenantInstances("acme"), 2u);
}

TEST_F(PoolTest, AnIdleInstanceMakesRoomForAnotherFunctionOfItsTenant) {
  pool_.SetTenantMaximum("acme", 1);
  for (const char* name : {"a", "b"}) {
    FunctionSpec spec = Spec(1);
    spec.name = name;
    spec.tenant = "acme";
    Register(spec);
  }
  Acquire("a");
  started_[0]->BecomeReady();
  Release(0);
  Acquire("b");
  EXPECT_EQ(started_[0]->exit_cause().kind, ExitCause::Kind::kStopped);
  EXPECT_EQ(started_.size(), 1u) << "not before the other is gone";
  RunPosted();
  ASSERT_EQ(started_.size(), 2u);
  EXPECT_EQ(started_[1]->id(), "b-1");
}

// Random schedules: an instance never runs more than its concurrency, nor another function's, version's or tenant's work; no
// tenant has more than its maximum; every request is answered exactly once, unless it was cancelled.
TEST_F(PoolTest, InvariantsHoldUnderRandomSchedules) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    started_.clear();
    std::vector<std::pair<std::string, Lease>> leases;
    int asked = 0, answered = 0;
    Pool pool(context_, *this);
    const std::vector<std::string> names = {"a", "b", "c"};
    const std::map<std::string, std::string> tenants = {{"a", "one"}, {"b", "one"}, {"c", "two"}};
    const uint32_t most = seed % 4;  // of tenant "one"; 0: no bound
    pool.SetTenantMaximum("one", most);
    std::map<std::string, uint32_t> concurrency;
    std::map<std::string, uint64_t> versions;  // the newest of each name
    const auto make_spec = [&](const std::string& name) {
      const auto pick = [&random](uint32_t below) { return static_cast<uint32_t>(random() % below); };
      return FunctionSpec{.name = name,
                          .tenant = tenants.at(name),
                          .kind = FunctionKind::kFetch,
                          .scaling = {.concurrency = concurrency[name],
                                      .max_instances = 1 + pick(3),
                                      .min_instances = pick(3),
                                      .max_requests = pick(2) * (1 + pick(5)),
                                      .freeze = pick(2) == 0}};
    };
    for (const std::string& name : names) {
      concurrency[name] = 1 + random() % 3;
      pool.Register(std::make_shared<const FunctionSpec>(make_spec(name)));
      versions[name] = pool.Find(name)->version;
    }
    std::vector<std::shared_ptr<ManualInstance>> starting;
    for (int step = 0; step < 300; ++step) {
      const size_t known = started_.size();
      switch (random() % 8) {
        case 0:
        case 1: {
          const std::string& name = names[random() % names.size()];
          ++asked;
          pool.Acquire(name, [&, name](auto answer) {
            ++answered;
            auto* lease = std::get_if<Lease>(&answer);
            if (lease == nullptr) return;
            const auto& instance = static_cast<ManualInstance&>(*lease->instance);
            EXPECT_EQ(instance.spec().version, versions[name]) << "an old version took new work";
            EXPECT_EQ(instance.spec().tenant, tenants.at(name));
            EXPECT_FALSE(instance.frozen);
            leases.emplace_back(name, *lease);
          });
          break;
        }
        case 2:
        case 3:
          if (!leases.empty()) {
            const size_t i = random() % leases.size();
            const Lease lease = leases[i].second;
            leases.erase(leases.begin() + static_cast<std::ptrdiff_t>(i));
            pool.Release(lease);
          }
          break;
        case 4:
          if (!starting.empty()) {
            const auto instance = starting.back();
            starting.pop_back();
            if (random() % 4 == 0) {
              instance->Die({.kind = ExitCause::Kind::kInitFailed});
            } else {
              instance->BecomeReady();
            }
          }
          break;
        case 5:
          if (random() % 8 == 0) {
            const std::string& name = names[random() % names.size()];
            if (random() % 2 == 0) {
              pool.Evict(random() % 2 == 0 ? name : "", random() % 2 == 0);
            } else {
              concurrency[name] = 1 + random() % 3;
              pool.Register(std::make_shared<const FunctionSpec>(make_spec(name)));
              versions[name] = pool.Find(name)->version;
            }
          } else {
            pool.EvictIdle(1);
          }
          break;
        case 6:
          RunPosted();
          break;
        default:
          if (!leases.empty())
            static_cast<ManualInstance&>(*leases[random() % leases.size()].second.instance)
                .Die({.kind = ExitCause::Kind::kSignalled});
          RunPosted();
      }
      for (size_t i = known; i < started_.size(); ++i) starting.push_back(started_[i]);
      std::map<Instance*, uint32_t> running;
      for (const auto& [name, lease] : leases) {
        const FunctionSpec& spec = static_cast<ManualInstance&>(*lease.instance).spec();
        ASSERT_LE(++running[lease.instance.get()], spec.scaling.concurrency) << "seed " << seed;
        ASSERT_EQ(static_cast<ManualInstance&>(*lease.instance).spec().name, name) << "seed " << seed;
      }
      const auto of_one = std::count_if(started_.begin(), started_.end(), [](const auto& instance) {
        return instance->spec().tenant == "one" && instance->exit_cause().kind == ExitCause::Kind::kRunning;
      });
      ASSERT_TRUE(most == 0 || of_one <= most) << "seed " << seed << ": " << of_one << " of " << most;
      ASSERT_GE(pool.TenantInstances("one"), static_cast<uint32_t>(of_one)) << "seed " << seed;
    }
    bool done = false;
    pool.Shutdown([&done] { done = true; });
    while (!leases.empty()) {
      const Lease lease = leases.back().second;
      leases.pop_back();
      pool.Release(lease);
    }
    RunPosted();
    EXPECT_TRUE(done) << "seed " << seed;
    EXPECT_EQ(answered, asked) << "seed " << seed;
  }
}

}  // namespace
}  // namespace hearth
