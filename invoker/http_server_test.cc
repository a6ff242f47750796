// The ingress against clients that are slow or send requests ahead, over real sockets and without a zygote.

#include "invoker/http_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "invoker/testing/fake_instances.h"
#include "isolate_pool/channel/scoped_fd.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::StartsWith;

// The core runs on a thread of its own; the client is the test's, with blocking sockets.
class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    fakes_.on_http = [](const FakeHttpRequest& request) {
      FakeHttpResponse response(boost::beast::http::status::ok, 11);
      response.body() = std::string(request.target());
      return response;
    };
    auto spec = std::make_shared<FunctionSpec>();
    spec->name = "f";
    spec->kind = FunctionKind::kFetch;
    pool_.Register(std::move(spec));
  }

  ~HttpServerTest() override {
    asio::post(context_, [this] {
      server_->Stop();
      pool_.Shutdown([] {});
    });
    work_.reset();
    core_.join();
  }

  void Start(HttpServerOptions options) {
    options.port = 0;
    server_.emplace(context_, options, &invoker_, nullptr);
    ASSERT_TRUE(server_->Start("--port").ok());
    core_ = std::thread([this] { context_.run(); });
  }

  ScopedFd Connect() const {
    ScopedFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return client;
  }

  static void Send(const ScopedFd& client, std::string_view text) {
    EXPECT_EQ(write(client.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  // All that comes until the server closes the connection.
  static std::string ReadToEnd(const ScopedFd& client) {
    std::string all;
    char buffer[4096];
    for (ssize_t size; (size = read(client.get(), buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<size_t>(size));
    }
    return all;
  }

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context_);
  FakeInstances fakes_{context_, FunctionKind::kFetch};
  Pool pool_{context_, fakes_};
  Invoker invoker_{context_, pool_, nullptr};
  std::optional<HttpServer> server_;
  std::thread core_;
};

TEST_F(HttpServerTest, RequestsSentAheadAreAnsweredInTheirOrder) {
  Start({});
  const ScopedFd client = Connect();
  Send(client,
       "GET /f/one HTTP/1.1\r\nHost: a\r\n\r\n"
       "GET /f/two HTTP/1.1\r\nHost: a\r\n\r\n"
       "GET /f/three HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answers = ReadToEnd(client);
  const size_t one = answers.find("/one");
  const size_t two = answers.find("/two");
  const size_t three = answers.find("/three");
  ASSERT_NE(three, std::string::npos) << answers;
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
}

TEST_F(HttpServerTest, AHeaderThatDoesNotComeIsCutOff) {
  Start({.header_timeout = std::chrono::milliseconds(20)});
  const ScopedFd client = Connect();
  Send(client, "GET /f/ HTTP/1.1\r\nHo");
  EXPECT_EQ(ReadToEnd(client), "");
}

TEST_F(HttpServerTest, ABodyThatStallsIsCutOff) {
  Start({.stall_timeout = std::chrono::milliseconds(20)});
  const ScopedFd client = Connect();
  Send(client, "POST /f/ HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(ReadToEnd(client), "");
}

TEST_F(HttpServerTest, AnIdleConnectionIsClosed) {
  Start({.keep_alive_timeout = std::chrono::milliseconds(20)});
  const ScopedFd client = Connect();
  Send(client, "GET /f/ HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(ReadToEnd(client), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ATooLargeHeaderIs431) {
  Start({.max_header_bytes = 1024});
  const ScopedFd client = Connect();
  Send(client, "GET /f/ HTTP/1.1\r\nHost: a\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
  const std::string answer = ReadToEnd(client);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer, HasSubstr("1KB"));
}

TEST_F(HttpServerTest, APortInUseIsNamedWithItsFlag) {
  Start({});
  HttpServerOptions options;
  options.port = server_->port();
  HttpServer second(context_, options, &invoker_, nullptr);
  const absl::Status status = second.Start("--port");
  EXPECT_TRUE(absl::IsAlreadyExists(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("is in use (pass --port"));
}

}  // namespace
}  // namespace hearth
