#include "bench/load/http_parser.h"

#include <string>

#include "gtest/gtest.h"

namespace hearth::load {
namespace {

struct Parsed {
  HttpParser::Event end = HttpParser::Event::kMore;
  int status = 0;
  bool keep_alive = false;
  std::string body;
  std::string start;
  std::string error;
  size_t left = 0;
};

// In pieces of `size` bytes; `closed`: then the connection ends.
Parsed Parse(std::string_view text, size_t size, bool closed = false, bool head_request = false) {
  HttpParser parser;
  parser.Begin(head_request);
  Parsed parsed;
  const auto take = [&](HttpParser::Event event) {
    parsed.end = event;
    if (event == HttpParser::Event::kHead) {
      parsed.status = parser.head().status;
      parsed.keep_alive = parser.head().keep_alive;
      parsed.start = std::string(parser.head().hearth_start);
    }
    if (event == HttpParser::Event::kBody) parsed.body.append(parser.piece());
    if (event == HttpParser::Event::kFailed) parsed.error = parser.error();
    return event == HttpParser::Event::kHead || event == HttpParser::Event::kBody;
  };
  while (!text.empty()) {
    std::string_view piece = text.substr(0, size);
    text.remove_prefix(piece.size());
    while (take(parser.Next(&piece))) {
    }
    if (parsed.end != HttpParser::Event::kMore) {
      parsed.left = piece.size() + text.size();
      return parsed;
    }
  }
  if (closed) take(parser.AtEnd());
  return parsed;
}

// However the bytes arrive, the result is the same.
class HttpParserTest : public testing::TestWithParam<size_t> {};
INSTANTIATE_TEST_SUITE_P(Pieces, HttpParserTest, testing::Values(1, 2, 3, 7, 64, 100'000));

TEST_P(HttpParserTest, ContentLength) {
  const Parsed parsed =
      Parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx-hearth-start: template\r\n\r\nhello", GetParam());
  EXPECT_EQ(parsed.end, HttpParser::Event::kDone) << parsed.error;
  EXPECT_EQ(parsed.status, 200);
  EXPECT_TRUE(parsed.keep_alive);
  EXPECT_EQ(parsed.body, "hello");
  EXPECT_EQ(parsed.start, "template");
}

TEST_P(HttpParserTest, Chunked) {
  const Parsed parsed =
      Parse("HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: 1\r\n\r\n",
            GetParam());
  EXPECT_EQ(parsed.end, HttpParser::Event::kDone) << parsed.error;
  EXPECT_EQ(parsed.body, "hello!");
  EXPECT_EQ(parsed.left, 0u);
}

TEST_P(HttpParserTest, UntilTheEndOfTheConnection) {
  const std::string_view text = "HTTP/1.0 200 OK\r\n\r\nhello";
  EXPECT_EQ(Parse(text, GetParam(), false).end, HttpParser::Event::kMore);
  const Parsed parsed = Parse(text, GetParam(), true);
  EXPECT_EQ(parsed.end, HttpParser::Event::kDone) << parsed.error;
  EXPECT_EQ(parsed.body, "hello");
  EXPECT_FALSE(parsed.keep_alive);
}

TEST_P(HttpParserTest, InterimAnswersAreSkipped) {
  const Parsed parsed =
      Parse("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            GetParam());
  EXPECT_EQ(parsed.end, HttpParser::Event::kDone) << parsed.error;
  EXPECT_EQ(parsed.status, 204);
}

TEST_P(HttpParserTest, AnAnswerToHeadHasNoBody) {
  const Parsed parsed = Parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", GetParam(), false, true);
  EXPECT_EQ(parsed.end, HttpParser::Event::kDone);
}

TEST_P(HttpParserTest, WhatIsNoHttpFails) {
  for (const std::string_view text :
       {"SSH-2.0-OpenSSH_9.2p1\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n"}) {
    const Parsed parsed = Parse(text, GetParam());
    EXPECT_EQ(parsed.end, HttpParser::Event::kFailed) << text;
    EXPECT_FALSE(parsed.error.empty());
  }
}

TEST_P(HttpParserTest, AnEndInTheMiddleFails) {
  for (const std::string_view text : {"HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    EXPECT_EQ(Parse(text, GetParam(), true).end, HttpParser::Event::kFailed) << text;
  }
}

TEST_P(HttpParserTest, AHeadWithoutEndFails) {
  std::string text = "HTTP/1.1 200 OK\r\n";
  while (text.size() < 3 * HttpParser::kMaxHeadBytes) text += "x-filler: 0123456789\r\n";
  EXPECT_EQ(Parse(text, GetParam()).end, HttpParser::Event::kFailed);
}

TEST(HttpParser, WhatFollowsIsLeft) {
  EXPECT_EQ(Parse("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP", 1000).left, 4u);
  EXPECT_EQ(Parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\nrest", 1000).left, 4u);
}

TEST(HttpParser, Connection) {
  const auto keeps = [](std::string_view version, std::string_view header) {
    return Parse(std::string(version) + " 200 OK\r\nContent-Length: 0\r\n" + std::string(header) + "\r\n", 1000)
        .keep_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: x, Close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
  EXPECT_TRUE(keeps("HTTP/1.0", "connection: keep-alive\r\n"));
}

}  // namespace
}  // namespace hearth::load
