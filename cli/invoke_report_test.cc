#include "cli/invoke_report.h"

#include <boost/json.hpp>

#include "cli/client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

v1::InvokeResponse Response(v1::Outcome outcome) {
  v1::InvokeResponse response;
  response.set_outcome(outcome);
  v1::Report* report = response.mutable_report();
  report->set_request_id("id-1");
  report->set_instance("hello-1");
  report->set_start("warm");
  report->mutable_run()->set_nanos(700'000);
  return response;
}

TEST(InvokeReportTest, ColdStart) {
  v1::InvokeResponse response = Response(v1::OUTCOME_OK);
  response.mutable_report()->set_start("zygote");
  response.mutable_report()->mutable_init()->set_nanos(2'400'000);
  response.mutable_report()->set_peak_memory_bytes(41 << 20);
  EXPECT_EQ(ResponseText(response, false), "ok in 3.1 ms (zygote, init 2.4 ms), 41 MB\n");
}

TEST(InvokeReportTest, Times) {
  v1::InvokeResponse response = Response(v1::OUTCOME_OK);
  EXPECT_EQ(ResponseText(response, false), "ok in 0.70 ms (warm)\n");
  response.mutable_report()->mutable_run()->set_nanos(119'600'000);
  EXPECT_EQ(ResponseText(response, false), "ok in 120 ms (warm)\n");
  response.mutable_report()->mutable_run()->set_seconds(2);
  EXPECT_EQ(ResponseText(response, false), "ok in 2.12 s (warm)\n");
  response.mutable_report()->mutable_queue()->set_seconds(1);
  EXPECT_EQ(ResponseText(response, false), "ok in 3.12 s (warm, queued 1.00 s)\n");
}

TEST(InvokeReportTest, HttpStatusIsTheHeadline) {
  v1::InvokeResponse response = Response(v1::OUTCOME_OK);
  response.mutable_http()->set_status(404);
  EXPECT_EQ(ResponseText(response, false), "HTTP 404 in 0.70 ms (warm)\n");
}

TEST(InvokeReportTest, ErrorWithItsStackAndTheLog) {
  v1::InvokeResponse response = Response(v1::OUTCOME_FUNCTION_ERROR);
  response.mutable_error()->set_type("TypeError");
  response.mutable_error()->set_message("boom");
  response.mutable_error()->add_stack("TypeError: boom");
  response.mutable_error()->add_stack("    at handler (index.js:1:7)");
  response.set_log_tail("a line");
  EXPECT_EQ(ResponseText(response, false),
            "a line\n"
            "error: TypeError: boom\n"
            "    at handler (index.js:1:7)\n"
            "function_error in 0.70 ms (warm)\n");
}

TEST(InvokeReportTest, ColoursOnlyIfAsked) {
  EXPECT_THAT(ResponseText(Response(v1::OUTCOME_OK), true), HasSubstr("\x1b[32mok\x1b[0m"));
  EXPECT_THAT(ResponseText(Response(v1::OUTCOME_OK), false), Not(HasSubstr("\x1b")));
}

TEST(InvokeReportTest, FunctionsCannotDriveTheTerminal) {
  v1::InvokeResponse response = Response(v1::OUTCOME_OK);
  response.set_log_tail("\x1b]0;title\x07 \xff\n");
  EXPECT_THAT(ResponseText(response, false), HasSubstr("\ufffd]0;title\ufffd \ufffd\n"));
}

TEST(InvokeJsonTest, PayloadKeepsItsForm) {
  v1::InvokeResponse response = Response(v1::OUTCOME_OK);
  response.set_payload(R"({"n":1.5})");
  EXPECT_EQ(ResponseJson(response),
            R"({"outcome":"ok","payload":{"n":1.5},"report":{"request_id":"id-1","instance":"hello-1","start":"warm",)"
            R"("queue_ms":0.000,"init_ms":0.000,"run_ms":0.700,"cpu_ms":0.000,"peak_memory_bytes":0},"log":""})");
}

TEST(InvokeJsonTest, AnyPayloadGivesJson) {
  v1::InvokeResponse response = Response(v1::OUTCOME_OK);
  response.mutable_http()->set_status(200);
  v1::Header* header = response.mutable_http()->add_headers();
  header->set_name("a");
  header->set_value("b");
  response.set_payload("<p>\n");
  const json::value text = json::parse(ResponseJson(response));
  EXPECT_EQ(text.at("payload"), "<p>\n");
  EXPECT_EQ(text.at("http"), json::parse(R"({"status":200,"headers":[["a","b"]]})"));
  response.set_payload("\xff\xfe");
  EXPECT_EQ(json::parse(ResponseJson(response)).at("payload_base64"), "//4=");
  response.set_payload("");
  EXPECT_EQ(json::parse(ResponseJson(response)).at("payload"), "");
}

TEST(InvokeJsonTest, Errors) {
  v1::InvokeResponse response = Response(v1::OUTCOME_TIMEOUT);
  response.mutable_error()->set_type("Hearth.Timeout");
  response.mutable_error()->set_message("too long");
  const json::value value = json::parse(ResponseJson(response));
  EXPECT_EQ(value.at("outcome"), "timeout");
  EXPECT_EQ(value.at("error"), json::parse(R"({"type":"Hearth.Timeout","message":"too long","stack":[]})"));
  EXPECT_EQ(CallErrorJson(grpc::StatusCode::NOT_FOUND, "no \"x\""),
            R"({"error":{"type":"NOT_FOUND","message":"no \"x\""}})");
}

}  // namespace
}  // namespace hearth
