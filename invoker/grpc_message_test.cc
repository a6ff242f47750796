#include "invoker/grpc_message.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::Pair;

v1::InvokeRequest Request(std::string payload = "") {
  v1::InvokeRequest request;
  request.set_function("web");
  request.set_payload(std::move(payload));
  return request;
}

void AddHeader(v1::InvokeRequest& request, std::string name, std::string value) {
  v1::Header* header = request.mutable_http()->add_headers();
  header->set_name(std::move(name));
  header->set_value(std::move(value));
}

absl::StatusOr<HttpRequestHead> Head(const v1::InvokeRequest& request, FunctionKind kind = FunctionKind::kServer) {
  return HttpHeadOf(request, kind, request.payload().size());
}

TEST(HttpHeadTest, Defaults) {
  const auto get = Head(Request());
  EXPECT_EQ(get->method, "GET");
  EXPECT_EQ(get->target, "/");
  EXPECT_EQ(get->content_length, 0u);
  EXPECT_THAT(get->headers, ElementsAre(Pair("Host", "web.localhost")));
  const auto post = Head(Request("{}"));
  EXPECT_EQ(post->method, "POST");
  EXPECT_EQ(post->content_length, 2u);
  EXPECT_THAT(post->headers, ElementsAre(Pair("Host", "web.localhost"), Pair("Content-Type", "application/json")));
  EXPECT_EQ(HttpHeadOf(Request(), FunctionKind::kServer, std::nullopt)->method, "POST");
}

TEST(HttpHeadTest, WhatTheRequestSaysHolds) {
  v1::InvokeRequest request = Request("<a/>");
  request.mutable_http()->set_method("PUT");
  request.mutable_http()->set_path("/a?b=c");
  request.set_content_type("text/plain");
  AddHeader(request, "HOST", "example.org");
  AddHeader(request, "content-type", "text/xml");
  AddHeader(request, "x-a", "1");
  const auto head = Head(request);
  EXPECT_EQ(head->method, "PUT");
  EXPECT_EQ(head->target, "/a?b=c");
  EXPECT_THAT(head->headers,
              ElementsAre(Pair("HOST", "example.org"), Pair("content-type", "text/xml"), Pair("x-a", "1")));
}

TEST(HttpHeadTest, FramingIsDropped) {
  v1::InvokeRequest request = Request("x");
  for (const char* name : {"Content-Length", "transfer-encoding", "Connection", "Upgrade", "X-Hearth-Request-Id"}) {
    AddHeader(request, name, "1");
  }
  EXPECT_THAT(Head(request)->headers,
              ElementsAre(Pair("Host", "web.localhost"), Pair("Content-Type", "application/json")));
}

TEST(HttpHeadTest, CloudEventsAreRecognised) {
  const v1::InvokeRequest event = Request(R"(  {"specversion":"1.0"})");
  EXPECT_THAT(Head(event, FunctionKind::kCloudEvent)->headers[1], Pair("Content-Type", "application/cloudevents+json"));
  EXPECT_THAT(Head(event, FunctionKind::kHttp)->headers[1], Pair("Content-Type", "application/json"));
  EXPECT_THAT(Head(Request("{}"), FunctionKind::kCloudEvent)->headers[1], Pair("Content-Type", "application/json"));
}

TEST(HttpHeadTest, WhatHttpCannotCarryIsRefused) {
  v1::InvokeRequest request = Request("x");
  request.mutable_http()->set_method("GET /");
  EXPECT_TRUE(absl::IsInvalidArgument(Head(request).status()));
  for (const char* path : {"a", "/a b", "/a\r\nx: y", "http://x/"}) {
    request = Request();
    request.mutable_http()->set_path(path);
    EXPECT_TRUE(absl::IsInvalidArgument(Head(request).status())) << path;
  }
  for (const auto& [name, value] : {std::pair("", "b"), {"a b", "c"}, {"a:", "c"}, {"a", "b\r\nc: d"}, {"a", "\x7f"}}) {
    request = Request();
    AddHeader(request, name, value);
    EXPECT_TRUE(absl::IsInvalidArgument(Head(request).status())) << name;
  }
  request = Request("x");
  request.set_content_type("a\nb: c");
  EXPECT_TRUE(absl::IsInvalidArgument(Head(request).status()));
}

TEST(GrpcStatusTest, OnlyWhatNeverBecameAnInvocationIsAnError) {
  InvocationResult result;
  for (int i = 1; i <= kOutcomeCount; ++i) {
    result.outcome = static_cast<Outcome>(i);
    const bool is_error = IsRejection(result.outcome) || result.outcome == Outcome::kCancelled;
    EXPECT_EQ(StatusOf(result).ok(), !is_error) << OutcomeName(result.outcome);
    // The numbers of the C++ enum are those of the proto, and so are the names.
    std::string name = v1::Outcome_Name(ResponseOf(result).outcome()).substr(std::string("OUTCOME_").size());
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(name, OutcomeName(result.outcome));
  }
}

TEST(GrpcResponseTest, TextThatIsNoUtf8DoesNotBreakTheMessage) {
  InvocationResult result;
  result.outcome = Outcome::kFunctionError;
  result.error = {"E\xff", "\xfe", {"\xfd"}};
  result.log_tail = "\xff";
  const v1::InvokeResponse response = ResponseOf(result);
  EXPECT_EQ(response.error().type(), "E\ufffd");
  EXPECT_EQ(response.log_tail(), "\xff");
}

}  // namespace
}  // namespace hearth
