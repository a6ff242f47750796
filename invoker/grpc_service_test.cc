#include "invoker/grpc_service.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hearth/v1/invoker.grpc.pb.h"
#include "invoker/testing/fake_instances.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;
using testing::HasSubstr;

// The core runs on a thread of its own, the client on the test's.
class GrpcServiceTest : public testing::Test {
 protected:
  GrpcServiceTest() {
    fakes_.on_event = [](FakeInstance&, const Event& event) -> std::optional<EventResult> {
      return EventResult{.ok = true, .payload = event.payload};
    };
    fakes_.on_http = [](const FakeHttpRequest& request) {
      FakeHttpResponse response(boost::beast::http::status::ok, 11);
      response.set("x-seen", std::string(request.method_string()) + " " + std::string(request.target()));
      response.body() = request.body();
      return response;
    };
    EXPECT_TRUE(server_->Start("127.0.0.1", 0, "--grpc-port").ok());
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials());
    stub_ = v1::Invoker::NewStub(channel_);
    core_ = std::thread([this] { context_.run(); });
    Register("hello", FunctionKind::kLambda);
  }

  ~GrpcServiceTest() override {
    server_.reset();
    asio::post(context_, [this] { pool_.Shutdown([] {}); });
    work_.reset();
    core_.join();
  }

  void Register(const std::string& name, FunctionKind kind) {
    auto spec = std::make_shared<FunctionSpec>();
    spec->name = name;
    spec->kind = kind;
    asio::post(context_, asio::use_future([this, spec] { pool_.Register(spec); })).wait();
  }

  grpc::Status Invoke(const std::string& function, const std::string& payload) {
    request_.set_function(function);
    request_.set_payload(payload);
    grpc::ClientContext context;
    context.set_deadline(system_clock::now() + timeout_);
    return stub_->Invoke(&context, request_, &response_);
  }

  // Until it holds on the core's thread.
  template <typename Condition>
  bool Eventually(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
      if (asio::post(context_, asio::use_future(condition)).get()) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }

  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  FakeInstances fakes_{context_, FunctionKind::kLambda};
  Pool pool_{context_, fakes_};
  Invoker invoker_{context_, pool_, nullptr};
  std::unique_ptr<GrpcServer> server_ = std::make_unique<GrpcServer>(invoker_);
  std::thread core_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Invoker::Stub> stub_;
  seconds timeout_{30};
  v1::InvokeRequest request_;
  v1::InvokeResponse response_;
};

TEST_F(GrpcServiceTest, Event) {
  request_.set_log_tail(true);
  fakes_.log_tail = "a line\n";
  const grpc::Status status = Invoke("hello", "[1]");
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response_.outcome(), v1::OUTCOME_OK);
  EXPECT_EQ(response_.payload(), "[1]");
  EXPECT_EQ(response_.log_tail(), "a line\n");
  EXPECT_EQ(response_.report().start(), "zygote");
  EXPECT_FALSE(response_.report().request_id().empty());
  EXPECT_FALSE(response_.has_http());
}

TEST_F(GrpcServiceTest, FunctionErrorIsAResponse) {
  fakes_.on_event = [](FakeInstance&, const Event&) {
    return EventResult{.failure = {"TypeError", "boom", {"TypeError: boom"}, ""}};
  };
  ASSERT_TRUE(Invoke("hello", "").ok());
  EXPECT_EQ(response_.outcome(), v1::OUTCOME_FUNCTION_ERROR);
  EXPECT_EQ(response_.error().type(), "TypeError");
  EXPECT_EQ(response_.error().stack(0), "TypeError: boom");
}

TEST_F(GrpcServiceTest, NotFound) {
  const grpc::Status status = Invoke("nope", "");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no function named \"nope\"; known: hello");
}

TEST_F(GrpcServiceTest, InvalidArgument) {
  EXPECT_EQ(Invoke("hello", "{").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  Register("web", FunctionKind::kServer);
  request_.mutable_http()->set_path("no slash");
  EXPECT_EQ(Invoke("web", "").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(GrpcServiceTest, RequestTooLarge) {
  ASSERT_TRUE(Invoke("hello", "\"" + std::string(6 << 20, 'x') + "\"").ok());
  EXPECT_EQ(response_.outcome(), v1::OUTCOME_REQUEST_TOO_LARGE);
  EXPECT_THAT(response_.error().message(), HasSubstr("limits.request"));
}

TEST_F(GrpcServiceTest, Http) {
  Register("web", FunctionKind::kServer);
  fakes_.kind = FunctionKind::kServer;
  request_.mutable_http()->set_method("PUT");
  request_.mutable_http()->set_path("/a?b");
  const grpc::Status status = Invoke("web", "body");
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response_.outcome(), v1::OUTCOME_OK) << response_.DebugString();
  EXPECT_EQ(response_.http().status(), 200u);
  EXPECT_EQ(response_.payload(), "body");
  EXPECT_THAT(response_.http().DebugString(), HasSubstr("PUT /a?b"));
}

TEST_F(GrpcServiceTest, UndetectedFunctionsAreInitialisedFirst) {
  Register("new", FunctionKind::kDetect);
  ASSERT_TRUE(Invoke("new", "1").ok());
  EXPECT_EQ(response_.payload(), "1");
}

TEST_F(GrpcServiceTest, DeadlineCancelsTheInvocation) {
  fakes_.on_event = [](FakeInstance&, const Event&) { return std::nullopt; };
  request_.set_function("hello");
  grpc::ClientContext context;
  context.set_deadline(system_clock::now() + milliseconds(50));
  EXPECT_EQ(stub_->Invoke(&context, request_, &response_).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(Eventually([&] { return fakes_.cancelled == 1; }));
}

TEST_F(GrpcServiceTest, ClientThatGoesAwayCancelsTheInvocation) {
  grpc::ClientContext context;
  fakes_.on_event = [&](FakeInstance&, const Event&) -> std::optional<EventResult> {
    context.TryCancel();
    return std::nullopt;
  };
  request_.set_function("hello");
  EXPECT_EQ(stub_->Invoke(&context, request_, &response_).error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return fakes_.cancelled == 1; }));
}

TEST_F(GrpcServiceTest, ManyAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kCalls = 100;
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < kCalls; ++call) {
        v1::InvokeRequest request;
        v1::InvokeResponse response;
        request.set_function("hello");
        request.set_payload(std::to_string(call));
        grpc::ClientContext context;
        // Some give up at any moment of the call's life.
        if (call % 10 == 9) context.set_deadline(system_clock::now() + std::chrono::microseconds(call * 5));
        if (stub_->Invoke(&context, request, &response).ok() && response.payload() == request.payload()) ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(good, kThreads * kCalls * 9 / 10);
}

// InvokeStream.

class GrpcStreamTest : public GrpcServiceTest {
 protected:
  using Stream = grpc::ClientReaderWriter<v1::InvokeStreamRequest, v1::InvokeStreamResponse>;

  void Open(const std::string& function) {
    context_of_stream_.set_deadline(system_clock::now() + timeout_);
    stream_ = stub_->InvokeStream(&context_of_stream_);
    v1::InvokeStreamRequest start;
    start.mutable_start()->set_function(function);
    stream_->Write(start);
  }

  bool SendChunk(std::string chunk) {
    v1::InvokeStreamRequest request;
    request.set_chunk(std::move(chunk));
    return stream_->Write(request);
  }

  // Everything that comes back; the head and the end are kept.
  std::string ReadAll() {
    std::string body;
    v1::InvokeStreamResponse response;
    while (stream_->Read(&response)) {
      if (response.has_head()) head_ = response.head();
      if (response.has_chunk()) body += response.chunk();
      if (response.has_end()) end_ = response.end();
    }
    return body;
  }

  grpc::ClientContext context_of_stream_;
  std::unique_ptr<Stream> stream_;
  v1::HttpResponse head_;
  v1::InvokeResponse end_;
};

TEST_F(GrpcStreamTest, BodiesLargerThanEveryBuffer) {
  Register("web", FunctionKind::kServer);
  fakes_.kind = FunctionKind::kServer;
  Open("web");
  std::string sent;
  for (int i = 0; i < 40; ++i) {
    sent += std::string(20'000 + i, static_cast<char>('a' + i % 26));
    ASSERT_TRUE(SendChunk(std::string(20'000 + i, static_cast<char>('a' + i % 26))));
  }
  stream_->WritesDone();
  const std::string received = ReadAll();
  EXPECT_TRUE(received == sent);
  const grpc::Status status = stream_->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(head_.status(), 200u);
  EXPECT_EQ(end_.outcome(), v1::OUTCOME_OK);
  EXPECT_FALSE(end_.report().request_id().empty());
}

TEST_F(GrpcStreamTest, Event) {
  Open("hello");
  SendChunk("[1,");
  SendChunk("2]");
  stream_->WritesDone();
  EXPECT_EQ(ReadAll(), "[1,2]");
  EXPECT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(end_.outcome(), v1::OUTCOME_OK);
  EXPECT_EQ(end_.payload(), "");
}

TEST_F(GrpcStreamTest, RequestTooLarge) {
  Open("hello");
  for (int i = 0; i < 7 && SendChunk(std::string(1 << 20, ' ')); ++i) {
  }
  stream_->WritesDone();
  EXPECT_EQ(ReadAll(), "");
  EXPECT_TRUE(stream_->Finish().ok());
  EXPECT_EQ(end_.outcome(), v1::OUTCOME_REQUEST_TOO_LARGE);
}

TEST_F(GrpcStreamTest, NotFound) {
  Open("nope");
  stream_->WritesDone();
  ReadAll();
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(GrpcStreamTest, FirstMessageMustBeStart) {
  stream_ = stub_->InvokeStream(&context_of_stream_);
  SendChunk("x");
  ReadAll();
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(GrpcStreamTest, CancellationReachesTheFunction) {
  std::promise<void> running;
  fakes_.on_event = [&](FakeInstance&, const Event&) -> std::optional<EventResult> {
    running.set_value();
    return std::nullopt;
  };
  Open("hello");
  stream_->WritesDone();
  running.get_future().wait();
  context_of_stream_.TryCancel();
  ReadAll();
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return fakes_.cancelled == 1; }));
}

TEST_F(GrpcStreamTest, CancellationWhileTheBodyIsAwaited) {
  Open("hello");
  SendChunk("[");
  context_of_stream_.TryCancel();
  ReadAll();
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

// The server.

TEST_F(GrpcServiceTest, PortInUse) {
  GrpcServer second(invoker_);
  const absl::Status status = second.Start("127.0.0.1", server_->port(), "--grpc-port");
  EXPECT_TRUE(absl::IsAlreadyExists(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("port " + std::to_string(server_->port()) + " is in use (pass --grpc-port"));
  EXPECT_FALSE(second.Start("not a host", 0, "--grpc-port").ok());
}

TEST_F(GrpcServiceTest, ShutdownEndsWhatIsLeftAtTheDeadline) {
  std::promise<void> running;
  fakes_.on_event = [&](FakeInstance&, const Event&) -> std::optional<EventResult> {
    running.set_value();
    return std::nullopt;
  };
  std::thread client([&] { EXPECT_FALSE(Invoke("hello", "").ok()); });
  running.get_future().wait();
  std::promise<void> done;
  server_->Shutdown(GrpcServer::Clock::now() + milliseconds(50), [&] { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(seconds(10)), std::future_status::ready);
  client.join();
  EXPECT_FALSE(Invoke("hello", "").ok());
}

TEST_F(GrpcServiceTest, HealthFollowsSetServing) {
  // grpc.health.v1's messages, by hand: the request is empty, field 1 of the response is 1 when serving, 2 when not.
  const auto check = [&] {
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    grpc::Slice empty;
    const grpc::ByteBuffer request(&empty, 1);
    std::promise<grpc::Status> answered;
    grpc::GenericStub(channel_).UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &response,
                                          [&](grpc::Status status) { answered.set_value(std::move(status)); });
    const grpc::Status status = answered.get_future().get();
    EXPECT_TRUE(status.ok()) << status.error_message();
    grpc::Slice bytes;
    EXPECT_TRUE(response.DumpToSingleSlice(&bytes).ok());
    return bytes.size() == 2 ? static_cast<int>(bytes.begin()[1]) : 0;
  };
  EXPECT_EQ(check(), 1);
  server_->SetServing(false);
  EXPECT_EQ(check(), 2);
}

}  // namespace
}  // namespace hearth
