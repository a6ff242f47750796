#pragma once

// HTTP/1.1 as a load generator sends it: many connections, kept alive, one request at a time on each, one thread, one
// epoll, and no allocation per request. What is sent and what an answer means is the dialect's.
//
// Connections are opened when a request finds none that is idle, up to `connections`; the time to connect is part of that
// request's latency. The connection that was used last is used first. One that the server closes while it is idle is
// dropped without a word; a request is never sent twice.

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/clock.h"
#include "bench/load/http_parser.h"
#include "bench/load/target.h"
#include "bench/load/tls.h"
#include "bench/load/url.h"

namespace hearth::load {

class HttpDialect {
 public:
  virtual ~HttpDialect() = default;
  // The bytes of a request. Valid until the next call.
  virtual std::string_view RequestFor(uint32_t function) = 0;
  virtual bool head_request() const { return false; }
  // Fills in what the head tells. True if the first kMaxBodyBytes of the body are wanted as well.
  virtual bool OnHead(const HttpHead& head, Sample& sample) = 0;
  // The answer is complete; `body` is empty unless it was wanted.
  virtual void OnEnd(std::string_view body, Sample& sample) = 0;

  static constexpr size_t kMaxBodyBytes = 64 << 10;
};

struct HttpAddress {
  sockaddr_storage address{};
  socklen_t size = 0;
};

// Looks the name up and connects once, so that a server that is not there is told before any load. "localhost" and
// "*.localhost" are this machine, whatever the resolver says (RFC 6761).
//   Unavailable  no address of it accepts a connection
absl::StatusOr<HttpAddress> FindServer(const Url& url);

class HttpTarget final : public Target {
 public:
  struct Options {
    size_t connections = 1;
    Nanos timeout = 30 * kSecond;  // from sending to the end of the answer
  };

  // `clock`, `dialect` and `messages` are not owned. `tls` is null for plain connections.
  HttpTarget(HttpAddress address, std::unique_ptr<TlsClient> tls, HttpDialect& dialect, Clock& clock,
             MessageTable& messages, Options options);
  ~HttpTarget() override;

  bool Send(const Request& request) override;
  void Poll(Nanos until, std::vector<Sample>& done) override;
  size_t in_flight() const override { return in_flight_; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Connection {
    enum class State { kClosed, kConnecting, kHandshaking, kIdle, kBusy };
    int fd = -1;
    State state = State::kClosed;
    bool writes = false;  // EPOLLOUT is asked for
    bool wants_body = false;
    std::unique_ptr<TlsSession> tls;
    HttpParser parser;
    Sample sample;
    std::string unsent;
    std::string body;
    // Of the list of requests in flight, the oldest first: all have the same time-out.
    uint32_t older = kNone;
    uint32_t newer = kNone;
  };

  // The number of a connection that can take a request, or kNone.
  uint32_t Take();
  // False if it failed: the error is in errno.
  bool Open(Connection& connection, uint32_t number);
  void OnEvent(uint32_t number, uint32_t events);
  void OnConnected(uint32_t number);
  void Handshake(uint32_t number);
  void Write(uint32_t number, std::string_view bytes);
  void Read(uint32_t number);
  // Takes what arrived for the request in flight. False if the connection is not usable any more.
  bool Parse(uint32_t number, std::string_view input);
  void Finish(uint32_t number, bool keep);
  void Fail(uint32_t number, Outcome outcome, std::string_view message);
  void Close(Connection& connection);
  void Watch(Connection& connection, uint32_t number, bool writes);
  void Link(uint32_t number);
  void Unlink(uint32_t number);
  void ExpireRequests(Nanos now);

  const HttpAddress address_;
  const std::unique_ptr<TlsClient> tls_;
  HttpDialect& dialect_;
  Clock& clock_;
  MessageTable& messages_;
  const Options options_;
  int epoll_ = -1;
  std::vector<Connection> connections_;
  std::vector<uint32_t> idle_;    // the last one is used first
  std::vector<uint32_t> closed_;  // numbers without a socket
  std::vector<char> buffer_;
  std::vector<Sample> finished_;  // that ended within Send
  std::vector<Sample>* done_ = nullptr;
  uint32_t oldest_ = kNone;
  uint32_t newest_ = kNone;
  size_t in_flight_ = 0;
};

}  // namespace hearth::load
