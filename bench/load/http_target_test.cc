// Against a server that the test plays itself, byte by byte, on a socket of this machine.

#include "bench/load/http_target.h"

#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

#include <set>

#include "bench/load/http_dialect.h"
#include "gtest/gtest.h"

namespace hearth::load {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
// Nothing here takes long; without it a mistake would hang.
constexpr int kGuardMs = 10'000;

class FakeServer {
 public:
  FakeServer() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 10), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~FakeServer() {
    StopListening();
    for (const int fd : open_) close(fd);
  }

  Url url() const { return {.host = "127.0.0.1", .port = port_}; }
  int Accept() {
    pollfd ready{listener_, POLLIN, 0};
    EXPECT_EQ(poll(&ready, 1, kGuardMs), 1);
    const int fd = accept(listener_, nullptr, nullptr);
    open_.insert(fd);
    return fd;
  }
  bool HasConnectionWaiting() const {
    pollfd ready{listener_, POLLIN, 0};
    return poll(&ready, 1, 0) == 1;
  }
  static std::string Read(int fd) {
    char buffer[4096];
    const ssize_t size = recv(fd, buffer, sizeof buffer, 0);
    return {buffer, size > 0 ? static_cast<size_t>(size) : 0};
  }
  static void Write(int fd, std::string_view text) {
    EXPECT_EQ(send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void Close(int fd) {
    open_.erase(fd);
    close(fd);
  }
  void StopListening() {
    if (listener_ >= 0) close(listener_);
    listener_ = -1;
  }

 private:
  int listener_ = -1;
  uint16_t port_ = 0;
  std::set<int> open_;
};

class HttpTargetTest : public testing::Test {
 protected:
  void Make(size_t connections, Nanos timeout = 30 * kSecond) {
    const auto address = FindServer(server_.url());
    ASSERT_TRUE(address.ok()) << address.status();
    server_.Close(server_.Accept());  // FindServer's own
    target_ = std::make_unique<HttpTarget>(*address, nullptr, dialect_, clock_, messages_,
                                           HttpTarget::Options{connections, timeout});
  }
  bool Send() { return target_->Send({.intended = clock_.Now(), .sent = clock_.Now()}); }
  // The next request that is done.
  Sample Wait() {
    std::vector<Sample> done;
    const Nanos give_up = clock_.Now() + kGuardMs * kMillisecond;
    while (done.empty() && clock_.Now() < give_up) target_->Poll(clock_.Now() + kSecond, done);
    EXPECT_EQ(done.size(), 1u);
    return done.empty() ? Sample() : done.front();
  }
  // Until the request in flight has connected and was written.
  int Connected() {
    const int fd = server_.Accept();
    std::vector<Sample> done;
    pollfd ready{fd, POLLIN, 0};
    while (poll(&ready, 1, 0) == 0) target_->Poll(clock_.Now() + 10 * kMillisecond, done);
    EXPECT_TRUE(done.empty());
    EXPECT_EQ(FakeServer::Read(fd), kRequest);
    return fd;
  }
  const std::string& Message(const Sample& sample) { return messages_[sample.message]; }

  static constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  FakeServer server_;
  SteadyClock clock_;
  MessageTable messages_;
  PlainHttp dialect_{{kRequest}, false, messages_};
  std::unique_ptr<HttpTarget> target_;
};

TEST_F(HttpTargetTest, OneConnectionServesManyRequests) {
  Make(1);
  ASSERT_TRUE(Send());
  EXPECT_FALSE(Send());  // it is busy
  const int fd = Connected();
  FakeServer::Write(fd, kAnswer);
  const Sample first = Wait();
  EXPECT_EQ(first.outcome, Outcome::kOk);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.bytes, 2u);
  EXPECT_GE(first.latency(), 0);
  ASSERT_TRUE(Send());
  EXPECT_EQ(FakeServer::Read(fd), kRequest);
  FakeServer::Write(fd, kAnswer);
  EXPECT_EQ(Wait().outcome, Outcome::kOk);
  EXPECT_EQ(target_->in_flight(), 0u);
  EXPECT_FALSE(server_.HasConnectionWaiting());
}

TEST_F(HttpTargetTest, AnAnswerInPieces) {
  Make(1);
  ASSERT_TRUE(Send());
  const int fd = Connected();
  for (const char c : std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r")) {
    std::vector<Sample> done;
    FakeServer::Write(fd, {&c, 1});
    target_->Poll(clock_.Now() + 10 * kMillisecond, done);
    ASSERT_TRUE(done.empty());
  }
  FakeServer::Write(fd, "\n");
  EXPECT_EQ(Wait().bytes, 2u);
}

TEST_F(HttpTargetTest, ConnectionsAreOpenedAsTheyAreNeeded) {
  Make(3);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Send());
  EXPECT_FALSE(Send());
  EXPECT_EQ(target_->in_flight(), 3u);
  for (int i = 0; i < 3; ++i) FakeServer::Write(server_.Accept(), kAnswer);
  for (int i = 0; i < 3; ++i) {
    std::vector<Sample> done;
    while (target_->in_flight() > static_cast<size_t>(2 - i)) target_->Poll(clock_.Now() + kSecond, done);
  }
  EXPECT_EQ(target_->in_flight(), 0u);
}

TEST_F(HttpTargetTest, AConnectionThatTheServerClosesIsReplaced) {
  Make(1);
  ASSERT_TRUE(Send());
  const int first = Connected();
  FakeServer::Write(first, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(Wait().outcome, Outcome::kOk);
  ASSERT_TRUE(Send());
  const int second = Connected();
  FakeServer::Write(second, kAnswer);
  EXPECT_EQ(Wait().outcome, Outcome::kOk);
  // While it is idle.
  server_.Close(second);
  std::vector<Sample> done;
  target_->Poll(clock_.Now() + kSecond, done);
  EXPECT_TRUE(done.empty());
  ASSERT_TRUE(Send());
  FakeServer::Write(Connected(), kAnswer);
  EXPECT_EQ(Wait().outcome, Outcome::kOk);
}

TEST_F(HttpTargetTest, ABodyUntilTheEndOfTheConnection) {
  Make(1);
  ASSERT_TRUE(Send());
  const int fd = Connected();
  FakeServer::Write(fd, "HTTP/1.1 200 OK\r\n\r\nhello");
  server_.Close(fd);
  const Sample sample = Wait();
  EXPECT_EQ(sample.outcome, Outcome::kOk);
  EXPECT_EQ(sample.bytes, 5u);
}

TEST_F(HttpTargetTest, ErrorsAreToldApart) {
  Make(1);
  ASSERT_TRUE(Send());
  server_.Close(Connected());
  EXPECT_EQ(Message(Wait()), "the connection was closed before an answer came");

  ASSERT_TRUE(Send());
  const int half = Connected();
  FakeServer::Write(half, kAnswer.substr(0, kAnswer.size() - 1));
  server_.Close(half);
  EXPECT_EQ(Message(Wait()), "the connection was closed in the middle of an answer");

  ASSERT_TRUE(Send());
  FakeServer::Write(Connected(), "220 mail.example.org ESMTP\r\n\r\n");
  const Sample sample = Wait();
  EXPECT_EQ(sample.outcome, Outcome::kError);
  EXPECT_EQ(Message(sample), "malformed HTTP: the status line");

  server_.StopListening();
  ASSERT_TRUE(Send());
  EXPECT_EQ(Message(Wait()), "cannot connect: Connection refused");
  EXPECT_EQ(target_->in_flight(), 0u);
}

TEST_F(HttpTargetTest, NoAnswerInTimeIsATimeout) {
  Make(2, 20 * kMillisecond);
  ASSERT_TRUE(Send());
  const int fd = server_.Accept();
  const Sample sample = Wait();
  EXPECT_EQ(sample.outcome, Outcome::kTimeout);
  EXPECT_GE(sample.latency(), 20 * kMillisecond);
  EXPECT_EQ(Message(sample), "no answer within --timeout");
  // The connection is not used again: a late answer would be taken for another request's.
  server_.Close(fd);
  ASSERT_TRUE(Send());
  FakeServer::Write(Connected(), kAnswer);
  EXPECT_EQ(Wait().outcome, Outcome::kOk);
}

TEST_F(HttpTargetTest, BytesThatNobodyAskedForEndTheConnection) {
  Make(1);
  ASSERT_TRUE(Send());
  FakeServer::Write(Connected(), std::string(kAnswer) + std::string(kAnswer));
  EXPECT_EQ(Wait().outcome, Outcome::kOk);
  ASSERT_TRUE(Send());
  FakeServer::Write(Connected(), kAnswer);
  EXPECT_EQ(Wait().outcome, Outcome::kOk);
}

TEST(FindServerTest, SaysWhyNot) {
  Url url{.host = "127.0.0.1", .port = 1};
  EXPECT_EQ(FindServer(url).status().code(), absl::StatusCode::kUnavailable);
  url.host = "no-such-host.invalid";
  EXPECT_EQ(FindServer(url).status().code(), absl::StatusCode::kUnavailable);
}

TEST(ParseUrlTest, Forms) {
  const auto text = [](std::string_view url) {
    const auto parsed = ParseUrl(url);
    return parsed.ok() ? parsed->Text() : std::string(parsed.status().message());
  };
  EXPECT_EQ(text("http://localhost:8080/a?b#c"), "http://localhost:8080/a?b");
  EXPECT_EQ(text("http://localhost"), "http://localhost/");
  EXPECT_EQ(text("https://h:443?x"), "https://h/?x");
  EXPECT_EQ(text("http://[::1]:8080/"), "http://[::1]:8080/");
  for (const char* bad : {"localhost:8080", "ftp://h/", "http://", "http://h:0/", "http://h:99999/", "http://h:x/",
                          "http://user@h/", "http://[::1/", "http://h/a b", "http://h/\r\nX: y"}) {
    EXPECT_FALSE(ParseUrl(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace hearth::load
