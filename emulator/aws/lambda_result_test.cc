#include "emulator/aws/lambda_result.h"

#include <signal.h>

#include <chrono>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "isolate_pool/pool/exit_cause.h"

namespace hearth {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

constexpr char kId[] = "8c4b3ba0-7a0c-4a8a-9d5b-0242ac120002";

FunctionSpec Spec() {
  FunctionSpec spec;
  spec.name = "hello";
  spec.limits.timeout = milliseconds(1000);
  spec.limits.memory_bytes = 128 * kMegabyte;
  return spec;
}

InvocationResult Result(Outcome outcome, InvocationError error = {}) {
  InvocationResult result;
  result.outcome = outcome;
  result.error = std::move(error);
  result.report.request_id = kId;
  result.report.function = "hello";
  result.report.outcome = outcome;
  return result;
}

std::string Body(const InvocationResult& result) { return LambdaResponse(result, Spec()).body; }

std::string ExitMessage(Outcome outcome, ExitCause::Kind kind, int code, int signal) {
  ExitCause cause;
  cause.kind = kind;
  cause.code = code;
  cause.signal = signal;
  return Body(Result(outcome, {"Hearth.InstanceEnded", Describe(cause), {}}));
}

TEST(LambdaResultTest, SuccessIsTheResultItself) {
  InvocationResult result = Result(Outcome::kOk);
  result.payload = "[1]";
  const WholeResponse response = LambdaResponse(result, Spec());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "[1]");
  EXPECT_THAT(response.headers, Contains(Pair("X-Amz-Executed-Version", "$LATEST")));
  EXPECT_THAT(response.headers, Contains(Pair("x-amzn-RequestId", kId)));
  EXPECT_THAT(response.headers, Not(Contains(Key("X-Amz-Function-Error"))));
}

TEST(LambdaResultTest, ThrownErrorKeepsItsTrace) {
  const WholeResponse response = LambdaResponse(
      Result(Outcome::kFunctionError, {"TypeError", "no \"x\"", {"TypeError: no x", "    at f"}}), Spec());
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.headers, Contains(Pair("X-Amz-Function-Error", "Unhandled")));
  EXPECT_EQ(response.body,
            R"({"errorType":"TypeError","errorMessage":"no \"x\"","trace":["TypeError: no x","    at f"]})");
}

TEST(LambdaResultTest, ThrownStringHasAnEmptyTrace) {
  EXPECT_EQ(Body(Result(Outcome::kFunctionError, {"string", "boom", {}})),
            R"({"errorType":"string","errorMessage":"boom","trace":[]})");
}

TEST(LambdaResultTest, Timeout) {
  EXPECT_EQ(Body(Result(Outcome::kTimeout)),
            R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 8c4b3ba0-7a0c-4a8a-9d5b-0242ac120002 )"
            R"(Error: Task timed out after 1.00 seconds"})");
}

TEST(LambdaResultTest, ExitsAreRuntimeExitErrors) {
  using Kind = ExitCause::Kind;
  EXPECT_THAT(ExitMessage(Outcome::kInstanceExited, Kind::kProcessExit, 7, 0),
              HasSubstr("Error: Runtime exited with error: exit status 7\""));
  EXPECT_THAT(ExitMessage(Outcome::kInstanceExited, Kind::kProcessExit, 0, 0),
              HasSubstr("Error: Runtime exited without providing a reason\""));
  EXPECT_THAT(ExitMessage(Outcome::kInstanceExited, Kind::kExited, 133, 0), HasSubstr("error: exit status 133\""));
  EXPECT_THAT(ExitMessage(Outcome::kInstanceExited, Kind::kUncaughtError, 0, 0), HasSubstr("error: exit status 1\""));
  EXPECT_THAT(ExitMessage(Outcome::kInstanceKilled, Kind::kSignalled, 0, SIGKILL),
              HasSubstr("error: signal: killed\""));
  EXPECT_THAT(ExitMessage(Outcome::kInstanceKilled, Kind::kSignalled, 0, SIGSEGV),
              HasSubstr("error: signal: segmentation fault\""));
  EXPECT_THAT(ExitMessage(Outcome::kMemoryExceeded, Kind::kMemoryLimit, 0, 0), HasSubstr("error: signal: killed\""));
  EXPECT_THAT(Body(Result(Outcome::kFunctionError, {"Hearth.NeverSettled", "…", {}})),
              HasSubstr(R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: )"));
}

TEST(LambdaResultTest, UncaughtErrorsTextIsNotReadAsAnExitCode) {
  ExitCause cause;
  cause.kind = ExitCause::Kind::kUncaughtError;
  cause.failure = {"Error", "exit code 0, process.exit(0)", {}, ""};
  EXPECT_THAT(Body(Result(Outcome::kInstanceExited, {"Hearth.InstanceEnded", Describe(cause), {}})),
              HasSubstr("exit status 1\""));
}

TEST(LambdaResultTest, ResponseSizeTooLarge) {
  EXPECT_EQ(Body(Result(Outcome::kResponseTooLarge)),
            R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum )"
            R"(allowed payload size (6291456 bytes)."})");
}

TEST(LambdaResultTest, InitFailures) {
  EXPECT_EQ(Body(Result(Outcome::kInitFailed, {"RangeError", "at load", {"RangeError: at load"}})),
            R"({"errorType":"RangeError","errorMessage":"at load","trace":["RangeError: at load"]})");
  EXPECT_EQ(Body(Result(Outcome::kInitFailed,
                        {"SyntaxError", "/f/a.js:1\n}\n^\n\nUnexpected token '}'", {"SyntaxError: x"}})),
            R"({"errorType":"Runtime.UserCodeSyntaxError","errorMessage":"SyntaxError: Unexpected token '}'",)"
            R"("trace":["/f/a.js:1\n}\n^","SyntaxError: x"]})");
  EXPECT_THAT(
      Body(Result(Outcome::kInitFailed, {"Error", "Cannot find module 'nope'\nRequire stack:\n- /f/a.js", {}})),
      StartsWith(R"({"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module 'nope')"));
}

TEST(LambdaResultTest, ApiErrors) {
  const auto type = [](const WholeResponse& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "X-Amzn-ErrorType") return std::to_string(response.status) + " " + value;
    }
    return std::string("none");
  };
  const auto response = [](Outcome outcome) { return LambdaResponse(Result(outcome, {"", "why", {}}), Spec()); };
  EXPECT_EQ(type(response(Outcome::kNotFound)), "404 ResourceNotFoundException");
  EXPECT_EQ(
      response(Outcome::kNotFound).body,
      R"({"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:123456789012:function:hello:$LATEST"})");
  EXPECT_EQ(type(response(Outcome::kInvalidRequest)), "400 InvalidRequestContentException");
  EXPECT_THAT(response(Outcome::kInvalidRequest).body, HasSubstr("Could not parse request body into json: "));
  EXPECT_EQ(type(response(Outcome::kRequestTooLarge)), "413 RequestTooLargeException");
  EXPECT_EQ(type(response(Outcome::kOverloaded)), "429 TooManyRequestsException");
  EXPECT_THAT(response(Outcome::kOverloaded).headers, Contains(Pair("Retry-After", "1")));
  EXPECT_EQ(
      response(Outcome::kOverloaded).body,
      R"({"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."})");
  EXPECT_EQ(type(response(Outcome::kInternal)), "500 ServiceException");
  EXPECT_EQ(response(Outcome::kInternal).body, R"({"Type":"Service","Message":"why"})");
}

TEST(LambdaLogTailTest, Report) {
  InvocationResult result = Result(Outcome::kOk);
  result.log_tail = "hello\n";
  result.report.run = microseconds(3010);
  result.report.init = microseconds(110100);
  result.report.peak_memory_bytes = 36 * kMegabyte;
  EXPECT_EQ(LambdaLogTail(result, Spec(), {}),
            "START RequestId: 8c4b3ba0-7a0c-4a8a-9d5b-0242ac120002 Version: $LATEST\n"
            "hello\n"
            "END RequestId: 8c4b3ba0-7a0c-4a8a-9d5b-0242ac120002\n"
            "REPORT RequestId: 8c4b3ba0-7a0c-4a8a-9d5b-0242ac120002\tDuration: 3.01 ms\tBilled Duration: 114 ms\t"
            "Memory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 110.10 ms\t\n");
}

TEST(LambdaLogTailTest, WarmInvocationsHaveNoInitDuration) {
  EXPECT_THAT(LambdaLogTail(Result(Outcome::kOk), Spec(), {}), HasSubstr("Max Memory Used: 0 MB\t\n"));
}

TEST(LambdaLogTailTest, FailuresAreLogged) {
  const auto time = std::chrono::system_clock::time_point(milliseconds(1'763'692'999'123));
  const std::string timeout = LambdaLogTail(Result(Outcome::kTimeout), Spec(), time);
  EXPECT_THAT(timeout, HasSubstr("\n2025-11-21T02:43:19.123Z 8c4b3ba0-7a0c-4a8a-9d5b-0242ac120002 "
                                 "Task timed out after 1.00 seconds\nEND "));
  EXPECT_THAT(timeout, HasSubstr("\tStatus: timeout\n"));
  const std::string thrown = LambdaLogTail(Result(Outcome::kFunctionError, {"Error", "x", {"Error: x"}}), Spec(), time);
  EXPECT_THAT(
      thrown,
      HasSubstr("\tERROR\tInvoke Error \t{\"errorType\":\"Error\",\"errorMessage\":\"x\",\"stack\":[\"Error: x\"]}\n"));
}

TEST(LambdaLogTailTest, IsTheLast4Kilobytes) {
  InvocationResult result = Result(Outcome::kOk);
  result.log_tail = std::string(4096, 'x');
  const std::string log = LambdaLogTail(result, Spec(), {});
  EXPECT_EQ(log.size(), 4096u);
  EXPECT_THAT(log, HasSubstr("x\nEND RequestId"));
}

}  // namespace
}  // namespace hearth
