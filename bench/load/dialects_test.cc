// What answers mean: of plain servers, of hearth over HTTP and gRPC, of Lambda's API.

#include "bench/load/function_target.h"
#include "bench/load/http_dialect.h"
#include "bench/load/lambda_dialect.h"
#include "gtest/gtest.h"

namespace hearth::load {
namespace {

Sample Answer(HttpDialect& dialect, const HttpHead& head, std::string_view body = "") {
  Sample sample;
  const bool wanted = dialect.OnHead(head, sample);
  dialect.OnEnd(wanted ? body : "", sample);
  return sample;
}

class PlainHttpTest : public testing::Test {
 protected:
  MessageTable messages_;
  PlainHttp dialect_{{"GET / HTTP/1.1\r\n\r\n"}, false, messages_};
};

TEST_F(PlainHttpTest, ServersWithoutMarksAreUnmarked) {
  const Sample sample = Answer(dialect_, {.status = 200});
  EXPECT_EQ(sample.outcome, Outcome::kOk);
  EXPECT_EQ(sample.start, Start::kUnmarked);
  EXPECT_EQ(sample.phase(Phase::kRun), kUnknown);
}

TEST_F(PlainHttpTest, HearthsReport) {
  const Sample sample = Answer(
      dialect_, {.status = 200,
                 .hearth_start = "template",
                 .hearth_report = "start=template;instance=a-3;queue=0.012;fork=0.900;init=1.100;run=0.400;new=x"});
  EXPECT_EQ(sample.start, Start::kTemplate);
  EXPECT_EQ(sample.phase(Phase::kQueue), 12 * kMicrosecond);
  EXPECT_EQ(sample.phase(Phase::kStart), 900 * kMicrosecond);
  EXPECT_EQ(sample.phase(Phase::kInit), 200 * kMicrosecond);
  EXPECT_EQ(sample.phase(Phase::kRun), 400 * kMicrosecond);
}

TEST_F(PlainHttpTest, AReportThatMakesNoSenseIsNoReport) {
  for (const char* report : {"run", "run=", "run=x", "run=-1", "run=nan", "run=1e300", ";;=;"}) {
    EXPECT_EQ(Answer(dialect_, {.status = 200, .hearth_report = report}).phase(Phase::kRun), kUnknown) << report;
  }
}

TEST_F(PlainHttpTest, HearthsOwnErrorsHaveTheirOutcome) {
  const auto outcome = [&](std::string_view word) {
    const std::string body = "{\"error\":{\"outcome\":\"" + std::string(word) + "\",\"message\":\"why\"}}";
    return Answer(dialect_, {.status = 502, .hearth_request_id = "id"}, body).outcome;
  };
  EXPECT_EQ(outcome("function_error"), Outcome::kFunctionError);
  EXPECT_EQ(outcome("memory_exceeded"), Outcome::kFunctionError);
  EXPECT_EQ(outcome("timeout"), Outcome::kTimeout);
  EXPECT_EQ(outcome("rate_exceeded"), Outcome::kThrottled);
  EXPECT_EQ(outcome("queue_timeout"), Outcome::kThrottled);
  EXPECT_EQ(outcome("internal"), Outcome::kError);
}

// A function that answers with the same body is not believed.
TEST_F(PlainHttpTest, AFunctionCannotForgeAnOutcome) {
  const Sample sample = Answer(dialect_, {.status = 500, .hearth_start = "warm", .hearth_request_id = "id"},
                               R"({"error":{"outcome":"ok","message":""}})");
  EXPECT_EQ(sample.outcome, Outcome::kError);
  EXPECT_EQ(messages_[sample.message], "HTTP 500");
}

TEST_F(PlainHttpTest, Statuses) {
  EXPECT_EQ(OutcomeOfStatus(302), Outcome::kOk);
  EXPECT_EQ(OutcomeOfStatus(404), Outcome::kError);
  EXPECT_EQ(OutcomeOfStatus(429), Outcome::kThrottled);
  EXPECT_EQ(OutcomeOfStatus(503), Outcome::kThrottled);
  EXPECT_EQ(OutcomeOfStatus(504), Outcome::kTimeout);
}

TEST(HttpRequestTextTest, AddsWhatIsMissing) {
  EXPECT_EQ(HttpRequestText("GET", "h:1", "/x", {{"A", "b"}}, ""), "GET /x HTTP/1.1\r\nHost: h:1\r\nA: b\r\n\r\n");
  EXPECT_EQ(HttpRequestText("POST", "h", "/", {{"host", "other"}}, "ab"),
            "POST / HTTP/1.1\r\nhost: other\r\nContent-Length: 2\r\n\r\nab");
}

TEST(ReadResponseTest, PhasesOfAColdStart) {
  v1::InvokeResponse response;
  response.set_outcome(v1::OUTCOME_OK);
  response.mutable_report()->set_start("stem");
  response.mutable_report()->mutable_queue()->set_nanos(5);
  response.mutable_report()->mutable_init()->set_nanos(100);
  response.mutable_report()->mutable_fork()->set_nanos(70);
  response.mutable_report()->mutable_run()->set_seconds(2);
  MessageTable messages;
  Sample sample;
  ReadResponse(response, messages, sample);
  EXPECT_EQ(sample.start, Start::kStem);
  EXPECT_EQ(sample.phase(Phase::kQueue), 5);
  EXPECT_EQ(sample.phase(Phase::kStart), 70);
  EXPECT_EQ(sample.phase(Phase::kInit), 30);
  EXPECT_EQ(sample.phase(Phase::kRun), 2 * kSecond);
  sample.request = {.intended = 0, .sent = 10};
  sample.done = 10 + 3 * kSecond;
  CompletePhases(sample);
  EXPECT_EQ(sample.phase(Phase::kWait), 10);
  EXPECT_EQ(sample.phase(Phase::kResponse), kSecond - 105);
}

TEST(ReadResponseTest, OutcomesAndStatuses) {
  MessageTable messages;
  Sample sample;
  v1::InvokeResponse response;
  response.set_outcome(v1::OUTCOME_INIT_TIMEOUT);
  response.mutable_error()->set_message("too slow");
  ReadResponse(response, messages, sample);
  EXPECT_EQ(sample.outcome, Outcome::kTimeout);
  EXPECT_EQ(messages[sample.message], "init_timeout: too slow");
  response.set_outcome(v1::OUTCOME_OK);
  response.mutable_http()->set_status(429);
  ReadResponse(response, messages, sample);
  EXPECT_EQ(sample.outcome, Outcome::kThrottled);
}

TEST(ReadReportLineTest, AColdAndAWarmInvocation) {
  Sample cold;
  ReadReportLine(
      "START RequestId: 1\nREPORT RequestId: 1\tDuration: 3.01 ms\tBilled Duration: 114 ms\tMemory Size: 128 MB\t"
      "Max Memory Used: 36 MB\tInit Duration: 110.10 ms\t\n",
      cold);
  EXPECT_EQ(cold.start, Start::kCold);
  EXPECT_EQ(cold.phase(Phase::kRun), 3010 * kMicrosecond);
  EXPECT_EQ(cold.phase(Phase::kInit), 110'100 * kMicrosecond);
  Sample warm;
  ReadReportLine("REPORT RequestId: 1\tDuration: 3.01 ms\tBilled Duration: 4 ms\t\n", warm);
  EXPECT_EQ(warm.start, Start::kWarm);
  EXPECT_EQ(warm.phase(Phase::kInit), kUnknown);
}

TEST(ReadReportLineTest, NoReportIsNoMark) {
  for (const char* log : {"", "hello", "REPORT RequestId: 1", "REPORT RequestId: 1\tDuration: x ms"}) {
    Sample sample;
    ReadReportLine(log, sample);
    EXPECT_EQ(sample.start, Start::kUnmarked) << log;
  }
}

TEST(DecodeBase64Test, Values) {
  EXPECT_EQ(DecodeBase64("aGVsbG8="), "hello");
  EXPECT_EQ(DecodeBase64("aGVsbG8h"), "hello!");
  EXPECT_EQ(DecodeBase64("aA=="), "h");
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(DecodeBase64("abc"), "");
  EXPECT_EQ(DecodeBase64("a*c="), "");
}

TEST(LambdaDialectTest, Outcomes) {
  MessageTable messages;
  LambdaDialect dialect(LambdaApi({}, "", std::nullopt), {"f"}, "{}", messages);
  EXPECT_EQ(Answer(dialect, {.status = 200}, "{}").outcome, Outcome::kOk);
  const Sample failed = Answer(dialect, {.status = 200, .lambda_error = "Unhandled"},
                               R"({"errorType":"TypeError","errorMessage":"x is not a function"})");
  EXPECT_EQ(failed.outcome, Outcome::kFunctionError);
  EXPECT_EQ(messages[failed.message], "TypeError: x is not a function");
  const Sample late = Answer(dialect, {.status = 200, .lambda_error = "Unhandled"},
                             R"({"errorMessage":"2026-11-28T11:00:00Z 1 Task timed out after 3.00 seconds"})");
  EXPECT_EQ(late.outcome, Outcome::kTimeout);
  EXPECT_EQ(Answer(dialect, {.status = 429}, R"({"Reason":"x","message":"Rate Exceeded."})").outcome,
            Outcome::kThrottled);
}

TEST(LambdaDialectTest, TheRequestAsksForTheLog) {
  MessageTable messages;
  LambdaDialect dialect(LambdaApi({.host = "localhost", .port = 8080}, "", std::nullopt), {"a:b"}, "{\"a\":1}",
                        messages);
  EXPECT_EQ(dialect.RequestFor(0),
            "POST /2015-03-31/functions/a%3Ab/invocations HTTP/1.1\r\nContent-Type: application/json\r\n"
            "X-Amz-Log-Type: Tail\r\nHost: localhost:8080\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
}

}  // namespace
}  // namespace hearth::load
