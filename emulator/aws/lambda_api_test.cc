#include "emulator/aws/lambda_api.h"

#include <chrono>
#include <optional>
#include <vector>

#include "emulator/aws/base64.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "invoker/testing/fake_instances.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

class LambdaApiTest : public testing::Test {
 protected:
  LambdaApiTest() {
    Register("hello", FunctionKind::kLambda);
    fakes_.on_event = [this](FakeInstance&, const Event& event) -> std::optional<EventResult> {
      events_.push_back(event);
      return EventResult{.ok = true, .payload = "{\"got\":" + (event.payload.empty() ? "null" : event.payload) + "}"};
    };
  }

  void Register(const std::string& name, FunctionKind kind) {
    auto spec = std::make_shared<FunctionSpec>();
    spec->name = name;
    spec->kind = kind;
    spec->directory = "/srv/" + name;
    spec->entry = "/srv/" + name + "/index.js";
    pool_.Register(spec);
  }

  WholeResponse Send(std::string method, std::string target, std::string body = "", HeaderList headers = {}) {
    std::optional<WholeResponse> answer;
    CancelToken cancel;
    WholeRequest request{std::move(method), std::move(target), std::move(headers), std::move(body), "127.0.0.1"};
    asio::co_spawn(context_, api_.Handle(std::move(request), cancel),
                   [&](std::exception_ptr, WholeResponse response) { answer = std::move(response); });
    context_.restart();
    while (!answer && context_.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(WholeResponse());
  }

  WholeResponse Invoke(std::string body, HeaderList headers = {}) {
    return Send("POST", "/2015-03-31/functions/hello/invocations", std::move(body), std::move(headers));
  }

  asio::io_context context_;
  FakeInstances fakes_{context_, FunctionKind::kLambda};
  Pool pool_{context_, fakes_};
  Invoker invoker_{context_, pool_, nullptr};
  std::vector<InvocationResult> async_results_;
  LambdaApi api_{invoker_, [this](const InvocationResult& result) { async_results_.push_back(result); }};
  std::vector<Event> events_;
};

TEST_F(LambdaApiTest, Accepts) {
  EXPECT_TRUE(api_.Accepts("POST", "/2015-03-31/functions/hello/invocations"));
  EXPECT_TRUE(api_.Accepts("GET", "/2015-03-31/functions?MaxItems=1"));
  EXPECT_TRUE(api_.Accepts("POST", "/2014-11-13/functions/hello/invoke-async/"));
  EXPECT_FALSE(api_.Accepts("GET", "/2015-03-31/functionsx"));
  EXPECT_FALSE(api_.Accepts("GET", "/"));
}

TEST_F(LambdaApiTest, RequestResponse) {
  const WholeResponse response = Invoke(R"({"a":1})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"got":{"a":1}})");
  EXPECT_THAT(response.headers, Contains(Pair("X-Amz-Executed-Version", "$LATEST")));
  EXPECT_THAT(response.headers, Not(Contains(Key("X-Amz-Log-Result"))));
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_THAT(response.headers, Contains(Pair("x-amzn-RequestId", events_[0].request_id)));
  EXPECT_EQ(events_[0].function_arn, FunctionArn("hello"));
}

TEST_F(LambdaApiTest, EveryFormOfTheName) {
  for (const char* name : {"hello%3Aprod", "123456789012%3Afunction%3Ahello",
                           "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Ahello%3A%24LATEST",
                           "arn:aws:lambda:us-east-1:123456789012:function:hello"}) {
    const std::string target = std::string("/2015-03-31/functions/") + name + "/invocations";
    EXPECT_EQ(Send("POST", target).status, 200) << name;
  }
  EXPECT_EQ(Send("POST", "/2015-03-31/functions/hello/invocations?Qualifier=prod").status, 200);
  EXPECT_EQ(Send("POST", "/2015-03-31/functions/hello%3Aa/invocations?Qualifier=b").status, 400);
  EXPECT_EQ(Send("POST", "/2015-03-31/functions/%zz/invocations").status, 400);
}

TEST_F(LambdaApiTest, UnknownFunction) {
  const WholeResponse response = Send("POST", "/2015-03-31/functions/nope/invocations");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.headers, Contains(Pair("X-Amzn-ErrorType", "ResourceNotFoundException")));
}

TEST_F(LambdaApiTest, BodyMustBeJson) {
  for (const char* type : {"RequestResponse", "Event", "DryRun"}) {
    const WholeResponse response = Invoke("{", {{"X-Amz-Invocation-Type", type}});
    EXPECT_EQ(response.status, 400) << type;
    EXPECT_THAT(response.headers, Contains(Pair("X-Amzn-ErrorType", "InvalidRequestContentException")));
    EXPECT_THAT(response.body, StartsWith(R"({"Type":"User","message":"Could not parse request body into json: )"));
  }
  EXPECT_TRUE(events_.empty());
}

TEST_F(LambdaApiTest, RequestTooLarge) {
  const WholeResponse response = Invoke("\"" + std::string(6 << 20, 'x') + "\"");
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(response.headers, Contains(Pair("X-Amzn-ErrorType", "RequestTooLargeException")));
  EXPECT_THAT(response.body, HasSubstr("Request must be smaller than 6291456 bytes"));
  EXPECT_EQ(Invoke("\"" + std::string(1 << 20, 'x') + "\"", {{"x-amz-invocation-type", "Event"}}).status, 413);
  EXPECT_GT(api_.BodyLimit("/2015-03-31/functions/hello/invocations"), 6u << 20);
}

TEST_F(LambdaApiTest, Event) {
  const WholeResponse response = Invoke("1", {{"X-Amz-Invocation-Type", "Event"}});
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(response.headers, Not(Contains(Key("X-Amz-Executed-Version"))));
  context_.restart();
  context_.run_for(std::chrono::milliseconds(50));
  ASSERT_EQ(async_results_.size(), 1u);
  EXPECT_EQ(async_results_[0].outcome, Outcome::kOk);
  EXPECT_THAT(response.headers, Contains(Pair("x-amzn-RequestId", async_results_[0].report.request_id)));
}

TEST_F(LambdaApiTest, InvokeAsync) {
  EXPECT_EQ(Send("POST", "/2014-11-13/functions/hello/invoke-async/", "{}").status, 202);
  EXPECT_EQ(Send("POST", "/2014-11-13/functions/hello/invoke-async", "{}").status, 202);
}

TEST_F(LambdaApiTest, DryRunRunsNothing) {
  EXPECT_EQ(Invoke("{}", {{"X-Amz-Invocation-Type", "DryRun"}}).status, 204);
  EXPECT_TRUE(events_.empty());
  EXPECT_EQ(Invoke("{}", {{"X-Amz-Invocation-Type", "Sometimes"}}).status, 400);
}

TEST_F(LambdaApiTest, LogTail) {
  fakes_.log_tail = "a line\n";
  const WholeResponse response = Invoke("{}", {{"X-Amz-Log-Type", "Tail"}});
  std::string log;
  for (const auto& [name, value] : response.headers) {
    if (name == "X-Amz-Log-Result") log = Base64Decode(value).value_or("");
  }
  EXPECT_THAT(log, StartsWith("START RequestId: "));
  EXPECT_THAT(log, HasSubstr("\na line\nEND RequestId: "));
  EXPECT_THAT(log, HasSubstr("\tMax Memory Used: 41 MB\t"));
}

TEST_F(LambdaApiTest, ClientContext) {
  EXPECT_EQ(Invoke("{}", {{"X-Amz-Client-Context", Base64Encode(R"({"custom":1})")}}).status, 200);
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(events_[0].client_context, R"({"custom":1})");
  EXPECT_EQ(Invoke("{}", {{"X-Amz-Client-Context", "!"}}).status, 400);
  EXPECT_EQ(Invoke("{}", {{"X-Amz-Client-Context", Base64Encode("{")}}).status, 400);
}

TEST_F(LambdaApiTest, FunctionErrorIsStatus200) {
  fakes_.on_event = [](FakeInstance&, const Event&) {
    return EventResult{.failure = {"TypeError", "boom", {"TypeError: boom"}, ""}};
  };
  const WholeResponse response = Invoke("{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers, Contains(Pair("X-Amz-Function-Error", "Unhandled")));
  EXPECT_EQ(response.body, R"({"errorType":"TypeError","errorMessage":"boom","trace":["TypeError: boom"]})");
}

TEST_F(LambdaApiTest, ProcessExit) {
  fakes_.on_event = [](FakeInstance& instance, const Event&) {
    ExitCause cause;
    cause.kind = ExitCause::Kind::kProcessExit;
    cause.code = 3;
    instance.End(cause);
    return std::nullopt;
  };
  EXPECT_THAT(Invoke("{}").body, HasSubstr("Error: Runtime exited with error: exit status 3"));
}

TEST_F(LambdaApiTest, HttpFunctionsAreRefusedWithTheirUrl) {
  Register("web", FunctionKind::kServer);
  const WholeResponse response =
      Send("POST", "/2015-03-31/functions/web/invocations", "{}", {{"Host", "localhost:9999"}});
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.headers, Contains(Pair("X-Amzn-ErrorType", "InvalidParameterValueException")));
  EXPECT_THAT(response.body, HasSubstr("use http://localhost:9999/web/"));
}

TEST_F(LambdaApiTest, UndetectedFunctionsAreInitialisedFirst) {
  Register("new", FunctionKind::kDetect);
  EXPECT_EQ(Send("POST", "/2015-03-31/functions/new/invocations", "{}").status, 200);

  Register("broken", FunctionKind::kDetect);
  fakes_.init_failure.emplace();
  fakes_.init_failure->kind = ExitCause::Kind::kInitFailed;
  fakes_.init_failure->failure = {"RangeError", "at load", {}, ""};
  const WholeResponse response = Send("POST", "/2015-03-31/functions/broken/invocations", "{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers, Contains(Pair("X-Amz-Function-Error", "Unhandled")));
  EXPECT_EQ(response.body, R"({"errorType":"RangeError","errorMessage":"at load","trace":[]})");
}

TEST_F(LambdaApiTest, ControlPlane) {
  Register("web", FunctionKind::kServer);
  const WholeResponse list = Send("GET", "/2015-03-31/functions");
  EXPECT_THAT(list.body, StartsWith(R"({"Functions":[{"FunctionName":"hello")"));
  EXPECT_THAT(list.body, Not(HasSubstr("web")));
  const WholeResponse get = Send("GET", "/2015-03-31/functions/hello");
  EXPECT_THAT(get.body, HasSubstr(R"("Handler":"index.handler")"));
  EXPECT_THAT(get.body, HasSubstr(R"("Code":{"RepositoryType":"local","Location":"file:///srv/hello"})"));
  EXPECT_THAT(Send("GET", "/2015-03-31/functions/hello/configuration").body, StartsWith(R"({"FunctionName":"hello",)"));
  EXPECT_EQ(Send("GET", "/2015-03-31/functions/nope").status, 404);
}

TEST_F(LambdaApiTest, OtherOperationsAreRefused) {
  const WholeResponse response = Send("PUT", "/2015-03-31/functions/hello/code");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.headers, Contains(Pair("X-Amzn-ErrorType", "UnknownOperationException")));
}

}  // namespace
}  // namespace hearth
