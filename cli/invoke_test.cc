#include "cli/invoke.h"

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>

#include "cli/exit_code.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hearth/v1/invoker.grpc.pb.h"

namespace hearth {
namespace {

using testing::HasSubstr;

// Echoes the payload, unless `answer` says otherwise.
class FakeHearth : public v1::Invoker::Service {
 public:
  FakeHearth() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeHearth() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void Stop() { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::Status Invoke(grpc::ServerContext* context, const v1::InvokeRequest* request,
                      v1::InvokeResponse* response) override {
    this->request = *request;
    if (answer) return answer(*context, *response);
    response->set_outcome(v1::OUTCOME_OK);
    response->set_payload(request->payload());
    return grpc::Status::OK;
  }

  v1::InvokeRequest request;
  std::function<grpc::Status(grpc::ServerContext&, v1::InvokeResponse&)> answer;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class InvokeTest : public testing::Test {
 protected:
  InvokeTest() {
    arguments_.function = "hello";
    arguments_.grpc = hearth_.address();
  }

  int Run() {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = RunInvoke(arguments_);
    std::fflush(stdout);
    std::fflush(stderr);
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }

  void Fail(grpc::StatusCode code, std::string message) {
    hearth_.answer = [=](grpc::ServerContext&, v1::InvokeResponse&) { return grpc::Status(code, message); };
  }

  FakeHearth hearth_;
  InvokeArguments arguments_;
  std::string out_;
  std::string err_;
};

TEST_F(InvokeTest, ResultGoesToStandardOutputAsItIs) {
  arguments_.data = R"({"a":1})";
  EXPECT_EQ(Run(), kExitOk);
  EXPECT_EQ(out_, R"({"a":1})");
  EXPECT_EQ(err_, "ok in 0.00 ms\n");
  EXPECT_EQ(hearth_.request.function(), "hello");
  EXPECT_TRUE(hearth_.request.log_tail());
}

TEST_F(InvokeTest, EventFile) {
  const std::string path = testing::TempDir() + "/event.json";
  std::ofstream(path) << "[1]\n";
  arguments_.event_file = path;
  EXPECT_EQ(Run(), kExitOk);
  EXPECT_EQ(out_, "[1]\n");
  arguments_.event_file = "/nowhere/event.json";
  EXPECT_EQ(Run(), kExitUsage);
  EXPECT_EQ(err_, "error: cannot read /nowhere/event.json: No such file or directory (--event)\n");
  arguments_.event_file = testing::TempDir();
  EXPECT_EQ(Run(), kExitUsage);
}

TEST_F(InvokeTest, FunctionError) {
  hearth_.answer = [](grpc::ServerContext&, v1::InvokeResponse& response) {
    response.set_outcome(v1::OUTCOME_FUNCTION_ERROR);
    response.mutable_error()->set_type("TypeError");
    response.mutable_error()->set_message("boom");
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run(), kExitFailed);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, HasSubstr("error: TypeError: boom\n"));
}

TEST_F(InvokeTest, Json) {
  arguments_.data = "1";
  arguments_.json = true;
  EXPECT_EQ(Run(), kExitOk);
  EXPECT_THAT(out_, HasSubstr(R"({"outcome":"ok","payload":1,)"));
  EXPECT_EQ(err_, "");
  Fail(grpc::StatusCode::NOT_FOUND, "no function");
  EXPECT_EQ(Run(), kExitUnknownFunction);
  EXPECT_EQ(out_, "{\"error\":{\"type\":\"NOT_FOUND\",\"message\":\"no function\"}}\n");
}

TEST_F(InvokeTest, ExitCodesOfCallsThatWereRefused) {
  Fail(grpc::StatusCode::NOT_FOUND, "no function named \"hello\"; known: a");
  EXPECT_EQ(Run(), kExitUnknownFunction);
  EXPECT_EQ(err_, "error: no function named \"hello\"; known: a\n");
  Fail(grpc::StatusCode::INVALID_ARGUMENT, "the event is not JSON");
  EXPECT_EQ(Run(), kExitUsage);
  Fail(grpc::StatusCode::RESOURCE_EXHAUSTED, "the queue is full");
  EXPECT_EQ(Run(), kExitFailed);
}

TEST_F(InvokeTest, Unreachable) {
  hearth_.Stop();
  EXPECT_EQ(Run(), kExitUnreachable);
  EXPECT_EQ(err_,
            "error: cannot reach hearth at " + hearth_.address() + ": is `hearth dev` running? (--grpc HOST:PORT)\n");
}

TEST_F(InvokeTest, Timeout) {
  hearth_.answer = [](grpc::ServerContext& context, v1::InvokeResponse&) {
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  };
  arguments_.timeout = "20ms";
  EXPECT_EQ(Run(), kExitFailed);
  EXPECT_EQ(err_, "error: no answer within 20ms (--timeout)\n");
  arguments_.timeout = "3";
  EXPECT_EQ(Run(), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("error: --timeout: "));
}

}  // namespace
}  // namespace hearth
