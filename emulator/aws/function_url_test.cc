#include "emulator/aws/function_url.h"

#include <chrono>

#include <boost/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "invoker/testing/fake_instances.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;

// 12 March 2020, 19:03:58.390 UTC; the example of AWS's documentation.
const auto kTime = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'584'039'838'390));

json::value EventOf(const WholeRequest& request) {
  return json::parse(FunctionUrlEvent("hello", request, "id-1", kTime));
}

WholeRequest Post(std::string type, std::string body) {
  return {"POST", "/", {{"Content-Type", std::move(type)}}, std::move(body), "127.0.0.1"};
}

WholeResponse Response(std::string_view result) {
  absl::StatusOr<WholeResponse> response = FunctionUrlResponse(result);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : WholeResponse();
}

TEST(FunctionUrlEventTest, WholeEvent) {
  const WholeRequest request{"GET",
                             "/pa%2Fth/1?a=1&b=x+y&a=%32&empty",
                             {{"Host", "hello.localhost:8080"},
                              {"User-Agent", "curl/8"},
                              {"X-Two", "1"},
                              {"x-two", "2"},
                              {"Cookie", "a=1; b=2"},
                              {"Connection", "keep-alive"}},
                             "",
                             "127.0.0.1"};
  const json::value expected = json::parse(R"({
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/pa%2Fth/1",
    "rawQueryString": "a=1&b=x+y&a=%32&empty",
    "cookies": ["a=1", "b=2"],
    "headers": {
      "host": "hello.localhost:8080",
      "user-agent": "curl/8",
      "x-two": "1,2",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-port": "8080",
      "x-forwarded-proto": "http"
    },
    "queryStringParameters": {"a": "1,2", "b": "x y", "empty": ""},
    "requestContext": {
      "accountId": "anonymous",
      "apiId": "hello",
      "domainName": "hello.localhost",
      "domainPrefix": "hello",
      "http": {
        "method": "GET",
        "path": "/pa%2Fth/1",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "curl/8"
      },
      "requestId": "id-1",
      "routeKey": "$default",
      "stage": "$default",
      "time": "12/Mar/2020:19:03:58 +0000",
      "timeEpoch": 1584039838390
    },
    "isBase64Encoded": false
  })");
  EXPECT_EQ(EventOf(request), expected) << EventOf(request);
}

TEST(FunctionUrlEventTest, TextBodies) {
  for (const char* type : {"application/json", "text/plain; charset=utf-8", "application/problem+json", "image/svg+xml",
                           "application/xml", "TEXT/HTML"}) {
    const json::value event = EventOf(Post(type, "h\u00e4"));
    EXPECT_EQ(event.at("body"), "h\u00e4") << type;
    EXPECT_EQ(event.at("isBase64Encoded"), false) << type;
  }
}

TEST(FunctionUrlEventTest, OtherBodiesAreBase64) {
  for (const char* type :
       {"application/octet-stream", "multipart/form-data; boundary=x", "", "application/x-www-form-urlencoded"}) {
    const json::value event = EventOf(Post(type, "abc"));
    EXPECT_EQ(event.at("body"), "YWJj") << type;
    EXPECT_EQ(event.at("isBase64Encoded"), true) << type;
  }
  EXPECT_EQ(EventOf(Post("text/plain", "\xff")).at("isBase64Encoded"), true);
}

TEST(FunctionUrlEventTest, BytesThatAreNoTextDoNotBreakTheEvent) {
  const WholeRequest request{"GET", "/?a=%ff&%fe", {{"x-a", "\xe9"}, {"host", "[::1]:8080"}}, "", "::1"};
  const json::value event = EventOf(request);
  EXPECT_EQ(event.at("headers").at("x-a"), "\ufffd");
  EXPECT_EQ(event.at("queryStringParameters").at("a"), "\ufffd");
  EXPECT_EQ(event.at("headers").at("x-forwarded-port"), "8080");
  EXPECT_EQ(event.at("requestContext").at("domainName"), "[::1]");
}

TEST(FunctionUrlResponseTest, WithoutStatusCode) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"a":1.5})", R"({"a":1.5})"},
      {R"("hello")", "hello"},
      {R"(["hello",3,true])", R"(["hello",3,true])"},
      {"3", "3"},
      {"null", "null"},
      {R"("\u00e4\n")", "\u00e4\n"},
  };
  for (const auto& [result, body] : cases) {
    const WholeResponse response = Response(result);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, body);
    EXPECT_THAT(response.headers, ElementsAre(Pair("Content-Type", "application/json")));
  }
}

TEST(FunctionUrlResponseTest, WithStatusCode) {
  const WholeResponse response =
      Response(R"({"statusCode":201,"headers":{"content-type":"text/html","x-n":1,"Content-Length":"99"},)"
               R"("cookies":["a=1","b=2; Path=/"],"body":"<p>"})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "<p>");
  EXPECT_THAT(response.headers, ElementsAre(Pair("content-type", "text/html"), Pair("x-n", "1"),
                                            Pair("set-cookie", "a=1"), Pair("set-cookie", "b=2; Path=/")));
}

TEST(FunctionUrlResponseTest, Bodies) {
  EXPECT_EQ(Response(R"({"statusCode":204})").body, "");
  EXPECT_EQ(Response(R"({"statusCode":"200","body":null})").body, "");
  EXPECT_EQ(Response(R"({"statusCode":200,"body":{"a":1}})").body, R"({"a":1})");
  EXPECT_EQ(Response(R"({"statusCode":200,"body":"YWJj","isBase64Encoded":true})").body, "abc");
}

TEST(FunctionUrlResponseTest, WhatHttpCannotCarryIsRefused) {
  for (const char* result : {
           R"({"statusCode":"abc"})",
           R"({"statusCode":null})",
           R"({"statusCode":101})",
           R"({"statusCode":1000})",
           R"({"statusCode":200,"headers":[]})",
           R"({"statusCode":200,"headers":{"a b":"c"}})",
           R"({"statusCode":200,"headers":{"a":"b\r\nc: d"}})",
           R"({"statusCode":200,"cookies":"a=1"})",
           R"({"statusCode":200,"cookies":["a\nb"]})",
           R"({"statusCode":200,"body":"%","isBase64Encoded":true})",
       }) {
    EXPECT_FALSE(FunctionUrlResponse(result).ok()) << result;
  }
}

class FunctionUrlTest : public testing::Test {
 protected:
  FunctionUrlTest() {
    auto spec = std::make_shared<FunctionSpec>();
    spec->name = "hello";
    spec->kind = FunctionKind::kLambda;
    pool_.Register(spec);
  }

  WholeResponse Send(EventResult result) {
    fakes_.on_event = [&](FakeInstance&, const Event& event) {
      request_id_ = event.request_id;
      payload_ = event.payload;
      return result;
    };
    std::optional<WholeResponse> answer;
    CancelToken cancel;
    asio::co_spawn(context_, gateway_.Handle("hello", {"GET", "/x", {}, "", "127.0.0.1"}, cancel),
                   [&](std::exception_ptr, WholeResponse response) { answer = std::move(response); });
    context_.restart();
    while (!answer && context_.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(WholeResponse());
  }

  asio::io_context context_;
  FakeInstances fakes_{context_, FunctionKind::kLambda};
  Pool pool_{context_, fakes_};
  Invoker invoker_{context_, pool_, nullptr};
  FunctionUrl gateway_{invoker_};
  std::string request_id_;
  std::string payload_;
};

TEST_F(FunctionUrlTest, RequestIdIsTheInvocations) {
  const WholeResponse response = Send({.ok = true, .payload = R"("hi")"});
  EXPECT_EQ(response.body, "hi");
  EXPECT_THAT(response.headers, Contains(Pair("x-amzn-RequestId", request_id_)));
  EXPECT_EQ(json::parse(payload_).at("requestContext").at("requestId"), json::string_view(request_id_));
}

TEST_F(FunctionUrlTest, FunctionErrorIs502WithItsReason) {
  const WholeResponse response = Send({.failure = {"TypeError", "boom", {}, ""}});
  EXPECT_EQ(response.status, 502);
  EXPECT_THAT(response.body, HasSubstr("boom"));
  EXPECT_THAT(response.headers, Contains(Pair("x-amzn-RequestId", request_id_)));
}

TEST_F(FunctionUrlTest, UnusableResultIs502) {
  const WholeResponse response = Send({.ok = true, .payload = R"({"statusCode":1})"});
  EXPECT_EQ(response.status, 502);
  EXPECT_THAT(response.body, HasSubstr("invalid_response"));
}

}  // namespace
}  // namespace hearth
