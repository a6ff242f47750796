#include "invoker/operations.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hearth/v1/operations.grpc.pb.h"
#include "invoker/grpc_service.h"
#include "invoker/testing/fake_instances.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
using grpc::StatusCode;
using testing::HasSubstr;

// Through a real port, with the core on a thread of its own.
class OperationsTest : public testing::Test {
 protected:
  OperationsTest() {
    EXPECT_TRUE(server_->Start("127.0.0.1", 0, "--grpc-port").ok());
    operations_ = v1::Operations::NewStub(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials()));
    core_ = std::thread([this] { context_.run(); });
    Register("hello");
    Register("other");
  }

  ~OperationsTest() override {
    server_.reset();
    asio::post(context_, [this] { pool_.Shutdown([] {}); });
    work_.reset();
    core_.join();
  }

  void Register(const std::string& name) {
    auto spec = std::make_shared<FunctionSpec>();
    spec->name = name;
    spec->kind = FunctionKind::kLambda;
    asio::post(context_, asio::use_future([this, spec] { pool_.Register(spec); })).wait();
  }

  // Takes an instance as an invocation does.
  Lease Acquire(const std::string& function) {
    std::promise<Lease> taken;
    asio::post(context_, [&] {
      pool_.Acquire(function, [&taken](std::variant<Lease, Pool::AcquireError> result) {
        taken.set_value(std::move(std::get<Lease>(result)));
      });
    });
    return taken.get_future().get();
  }
  void Release(Lease lease) {
    asio::post(context_, asio::use_future([this, lease] { pool_.Release(lease); })).wait();
  }

  grpc::Status Stats() {
    grpc::ClientContext context;
    stats_.Clear();
    return operations_->Stats(&context, {}, &stats_);
  }
  grpc::Status List(const std::string& function = "") {
    grpc::ClientContext context;
    v1::ListInstancesRequest request;
    request.set_function(function);
    list_.Clear();
    return operations_->ListInstances(&context, request, &list_);
  }
  grpc::Status Evict(const std::string& function, bool all = false, bool templates = false) {
    grpc::ClientContext context;
    v1::EvictRequest request;
    request.set_function(function);
    request.set_all(all);
    request.set_templates(templates);
    evicted_.Clear();
    return operations_->Evict(&context, request, &evicted_);
  }

  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  FakeInstances fakes_{context_, FunctionKind::kLambda};
  Pool pool_{context_, fakes_};
  Invoker invoker_{context_, pool_, nullptr};
  TemplateStatus template_;
  std::unique_ptr<GrpcServer> server_ = std::make_unique<GrpcServer>(
      invoker_,
      OperationsSource{.version = "1.2.3",
                       .engine =
                           [] {
                             return EngineStats{.node_version = "v26",
                                                .v8_version = "14",
                                                .zygote_pid = 7,
                                                .zygote_starts = 2,
                                                .zygote_forks = 5,
                                                .stems_ready = 1,
                                                .stems_target = 3,
                                                .memory_pressure_evictions = 4};
                           },
                       .template_status =
                           [this](const std::string& name) { return name == "hello" ? template_ : TemplateStatus(); }});
  std::thread core_;
  std::unique_ptr<v1::Operations::Stub> operations_;
  v1::StatsResponse stats_;
  v1::ListInstancesResponse list_;
  v1::EvictResponse evicted_;
};

TEST_F(OperationsTest, StatsOfTheEngine) {
  ASSERT_TRUE(Stats().ok());
  EXPECT_EQ(stats_.hearth_version(), "1.2.3");
  EXPECT_EQ(stats_.node_version(), "26");
  EXPECT_EQ(stats_.v8_version(), "14");
  EXPECT_EQ(stats_.zygote().pid(), 7);
  EXPECT_EQ(stats_.zygote().starts(), 2u);
  EXPECT_EQ(stats_.zygote().forks(), 5u);
  EXPECT_EQ(stats_.stems().ready(), 1u);
  EXPECT_EQ(stats_.stems().target(), 3u);
  EXPECT_EQ(stats_.memory_pressure_evictions(), 4u);
  EXPECT_GT(stats_.uptime().seconds() + stats_.uptime().nanos(), 0);
}

TEST_F(OperationsTest, StatsOfFunctions) {
  template_ = {TemplateStatus::State::kRefused, "a timer is pending", -1};
  const Lease busy = Acquire("hello");
  ASSERT_TRUE(Stats().ok());
  ASSERT_EQ(stats_.functions_size(), 2);
  const v1::FunctionStats& hello = stats_.functions(0);
  EXPECT_EQ(hello.name(), "hello");
  EXPECT_EQ(hello.kind(), "lambda");
  EXPECT_EQ(hello.instances().busy(), 1u);
  EXPECT_EQ(hello.instances().ready(), 0u);
  EXPECT_EQ(hello.template_().state(), v1::Template::STATE_REFUSED);
  EXPECT_EQ(hello.template_().refusal(), "a timer is pending");
  EXPECT_EQ(stats_.functions(1).name(), "other");
  EXPECT_EQ(stats_.functions(1).template_().state(), v1::Template::STATE_NONE);
  EXPECT_NE(hello.version(), stats_.functions(1).version());
  Release(busy);
}

TEST_F(OperationsTest, ListShowsStateAndUse) {
  const Lease first = Acquire("hello");
  ASSERT_TRUE(List().ok());
  ASSERT_EQ(list_.instances_size(), 1);
  EXPECT_EQ(list_.instances(0).id(), "hello-1");
  EXPECT_EQ(list_.instances(0).state(), v1::Instance::STATE_BUSY);
  EXPECT_EQ(list_.instances(0).in_flight(), 1u);
  EXPECT_FALSE(list_.instances(0).has_idle());
  Release(first);
  Release(Acquire("hello"));
  ASSERT_TRUE(List().ok());
  const v1::Instance& instance = list_.instances(0);
  EXPECT_EQ(instance.state(), v1::Instance::STATE_READY);
  EXPECT_EQ(instance.served(), 2u);
  EXPECT_EQ(instance.in_flight(), 0u);
  EXPECT_EQ(instance.start(), "zygote");
  EXPECT_EQ(instance.resident_bytes(), 41u << 20);
  EXPECT_TRUE(instance.has_idle());
}

TEST_F(OperationsTest, ListOfOneFunction) {
  Release(Acquire("hello"));
  Release(Acquire("other"));
  ASSERT_TRUE(List("other").ok());
  ASSERT_EQ(list_.instances_size(), 1);
  EXPECT_EQ(list_.instances(0).function(), "other");
  const grpc::Status status = List("nope");
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no function named \"nope\"; known: hello, other");
}

TEST_F(OperationsTest, ListShowsTemplates) {
  template_ = {TemplateStatus::State::kReady, "", getpid()};
  ASSERT_TRUE(List().ok());
  ASSERT_EQ(list_.templates_size(), 1);
  EXPECT_EQ(list_.templates(0).function(), "hello");
  EXPECT_EQ(list_.templates(0).pid(), getpid());
  EXPECT_GT(list_.templates(0).resident_bytes(), 0u);
  ASSERT_TRUE(List("other").ok());
  EXPECT_EQ(list_.templates_size(), 0);
}

TEST_F(OperationsTest, MoreInstancesThanOneTurnReads) {
  std::vector<Lease> leases;
  for (int i = 0; i < 2 * Operations::kReadsPerTurn + 1; ++i) {
    Register("many-" + std::to_string(i));
    leases.push_back(Acquire("many-" + std::to_string(i)));
  }
  ASSERT_TRUE(List().ok());
  EXPECT_EQ(list_.instances_size(), 2 * Operations::kReadsPerTurn + 1);
  for (Lease& lease : leases) Release(std::move(lease));
}

TEST_F(OperationsTest, EvictEndsWhatIsIdle) {
  Release(Acquire("hello"));
  Release(Acquire("other"));
  ASSERT_TRUE(Evict("hello").ok());
  EXPECT_EQ(evicted_.instances(), 1u);
  EXPECT_EQ(evicted_.busy(), 0u);
  ASSERT_TRUE(List().ok());
  ASSERT_EQ(list_.instances_size(), 1);
  EXPECT_EQ(list_.instances(0).function(), "other");
  Release(Acquire("hello"));
  ASSERT_TRUE(Evict("", true).ok());
  EXPECT_EQ(evicted_.instances(), 2u);
  ASSERT_TRUE(List().ok());
  EXPECT_EQ(list_.instances_size(), 0);
}

TEST_F(OperationsTest, EvictLetsWhatIsBusyFinish) {
  const Lease busy = Acquire("hello");
  ASSERT_TRUE(Evict("hello").ok());
  EXPECT_EQ(evicted_.instances(), 1u);
  EXPECT_EQ(evicted_.busy(), 1u);
  ASSERT_TRUE(List().ok());
  ASSERT_EQ(list_.instances_size(), 1);
  EXPECT_EQ(list_.instances(0).state(), v1::Instance::STATE_DRAINING);
  // It counts once.
  ASSERT_TRUE(Evict("hello").ok());
  EXPECT_EQ(evicted_.instances(), 0u);
  // Nobody else gets it.
  const Lease next = Acquire("hello");
  EXPECT_NE(next.instance->id(), busy.instance->id());
  Release(busy);
  ASSERT_TRUE(List().ok());
  ASSERT_EQ(list_.instances_size(), 1);
  EXPECT_EQ(list_.instances(0).id(), next.instance->id());
  Release(next);
}

TEST_F(OperationsTest, EvictDropsTemplatesIfAsked) {
  template_ = {TemplateStatus::State::kReady, "", getpid()};
  ASSERT_TRUE(Evict("", true).ok());
  EXPECT_EQ(evicted_.templates(), 0u);
  EXPECT_EQ(fakes_.forgotten, std::vector<std::string>());
  ASSERT_TRUE(Evict("hello", false, true).ok());
  EXPECT_EQ(evicted_.templates(), 1u);
  EXPECT_EQ(fakes_.forgotten, std::vector<std::string>{"hello"});
}

TEST_F(OperationsTest, EvictIsToldWhatToEvict) {
  EXPECT_EQ(Evict("").error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Evict("hello", true).error_code(), StatusCode::INVALID_ARGUMENT);
  const grpc::Status status = Evict("nope");
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("known: hello, other"));
}

}  // namespace
}  // namespace hearth
