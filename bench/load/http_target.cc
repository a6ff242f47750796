#include "bench/load/http_target.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/strings.h"

namespace hearth::load {
namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr int kEventsAtOnce = 256;
constexpr int kConnectTimeoutMs = 5000;

bool IsLocalhost(std::string_view host) {
  constexpr std::string_view kName = "localhost";
  return EqualsIgnoreCase(host, kName) || (host.size() > kName.size() && host[host.size() - kName.size() - 1] == '.' &&
                                           EqualsIgnoreCase(host.substr(host.size() - kName.size()), kName));
}

// 0, or an errno.
int TryConnect(const HttpAddress& address) {
  const int fd = socket(address.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  int error = 0;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address.address), address.size) != 0) {
    error = errno;
    pollfd ready{fd, POLLOUT, 0};
    if (error == EINPROGRESS) {
      socklen_t size = sizeof error;
      if (poll(&ready, 1, kConnectTimeoutMs) != 1) {
        error = ETIMEDOUT;
      } else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
      }
    }
  }
  close(fd);
  return error;
}

// 0, or an error of getaddrinfo.
int Lookup(const std::string& host, uint16_t port, int flags, std::vector<HttpAddress>* addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); failed != 0) {
    return failed;
  }
  for (const addrinfo* next = found; next != nullptr; next = next->ai_next) {
    HttpAddress& address = addresses->emplace_back();
    std::memcpy(&address.address, next->ai_addr, next->ai_addrlen);
    address.size = next->ai_addrlen;
  }
  freeaddrinfo(found);
  return 0;
}

std::string ConnectError(int error) { return StrCat("cannot connect: ", std::strerror(error)); }

}  // namespace

absl::StatusOr<HttpAddress> FindServer(const Url& url) {
  std::vector<HttpAddress> addresses;
  int failed = 0;
  if (IsLocalhost(url.host)) {
    // IPv4 first: hearth and most servers of a developer's machine listen there.
    for (const char* address : {"127.0.0.1", "::1"}) failed = Lookup(address, url.port, AI_NUMERICHOST, &addresses);
  } else {
    failed = Lookup(url.host, url.port, AI_ADDRCONFIG, &addresses);
  }
  if (addresses.empty()) {
    return absl::UnavailableError(StrCat("cannot find the host \"", url.host, "\": ", gai_strerror(failed)));
  }
  int error = 0;
  for (const HttpAddress& address : addresses) {
    const int result = TryConnect(address);
    if (result == 0) return address;
    if (error == 0) error = result;
  }
  return absl::UnavailableError(StrCat("cannot connect to ", url.Authority(), ": ", std::strerror(error)));
}

HttpTarget::HttpTarget(HttpAddress address, std::unique_ptr<TlsClient> tls, HttpDialect& dialect, Clock& clock,
                       MessageTable& messages, Options options)
    : address_(address),
      tls_(std::move(tls)),
      dialect_(dialect),
      clock_(clock),
      messages_(messages),
      options_(options),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      connections_(options.connections),
      buffer_(kReadBytes) {
  if (epoll_ < 0) std::abort();
  for (size_t i = connections_.size(); i > 0; --i) closed_.push_back(static_cast<uint32_t>(i - 1));
  idle_.reserve(connections_.size());
}

HttpTarget::~HttpTarget() {
  for (Connection& connection : connections_) {
    if (connection.fd >= 0) close(connection.fd);
  }
  close(epoll_);
}

uint32_t HttpTarget::Take() {
  std::vector<uint32_t>& numbers = idle_.empty() ? closed_ : idle_;
  if (numbers.empty()) return kNone;
  const uint32_t number = numbers.back();
  numbers.pop_back();
  return number;
}

bool HttpTarget::Send(const Request& request) {
  const uint32_t number = Take();
  if (number == kNone) return false;
  Connection& connection = connections_[number];
  connection.sample = Sample();
  connection.sample.request = request;
  connection.wants_body = false;
  connection.body.clear();
  connection.parser.Begin(dialect_.head_request());
  ++in_flight_;
  Link(number);
  done_ = &finished_;
  if (connection.state == Connection::State::kIdle) {
    connection.state = Connection::State::kBusy;
    Write(number, dialect_.RequestFor(request.function));
  } else {
    connection.unsent.assign(dialect_.RequestFor(request.function));
    if (!Open(connection, number)) Fail(number, Outcome::kError, ConnectError(errno));
  }
  return true;
}

bool HttpTarget::Open(Connection& connection, uint32_t number) {
  connection.fd = socket(address_.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (connection.fd < 0) return false;
  const int on = 1;
  setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int result = connect(connection.fd, reinterpret_cast<const sockaddr*>(&address_.address), address_.size);
  if (result != 0 && errno != EINPROGRESS) return false;
  connection.state = Connection::State::kConnecting;
  connection.writes = true;
  epoll_event event{EPOLLIN | EPOLLOUT, {.u32 = number}};
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) == 0;
}

void HttpTarget::Watch(Connection& connection, uint32_t number, bool writes) {
  if (connection.writes == writes) return;
  connection.writes = writes;
  epoll_event event{EPOLLIN | (writes ? static_cast<uint32_t>(EPOLLOUT) : 0u), {.u32 = number}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd, &event);
}

void HttpTarget::Poll(Nanos until, std::vector<Sample>& done) {
  Nanos now = clock_.Now();
  done.insert(done.end(), finished_.begin(), finished_.end());
  if (!finished_.empty()) until = now;
  finished_.clear();
  done_ = &done;
  if (oldest_ != kNone) until = std::min(until, connections_[oldest_].sample.request.sent + options_.timeout);
  const Nanos wait = std::max<Nanos>(until - now, 0);
  const timespec timeout{wait / kSecond, wait % kSecond};
  epoll_event events[kEventsAtOnce];
  const int count = epoll_pwait2(epoll_, events, kEventsAtOnce, &timeout, nullptr);
  for (int i = 0; i < count; ++i) OnEvent(events[i].data.u32, events[i].events);
  if (oldest_ != kNone) ExpireRequests(clock_.Now());
}

void HttpTarget::OnEvent(uint32_t number, uint32_t events) {
  Connection& connection = connections_[number];
  switch (connection.state) {
    case Connection::State::kClosed:
      return;
    case Connection::State::kConnecting:
      return OnConnected(number);
    case Connection::State::kHandshaking:
      return Handshake(number);
    case Connection::State::kIdle:
      // The end of the connection, or bytes that nobody asked for.
      idle_.erase(std::find(idle_.begin(), idle_.end(), number));
      Close(connection);
      closed_.push_back(number);
      return;
    case Connection::State::kBusy:
      break;
  }
  if ((events & EPOLLOUT) != 0 && !connection.unsent.empty()) {
    const std::string bytes = std::move(connection.unsent);
    connection.unsent.clear();
    Write(number, bytes);
  }
  if ((events & ~static_cast<uint32_t>(EPOLLOUT)) != 0 && connection.state == Connection::State::kBusy) Read(number);
}

void HttpTarget::OnConnected(uint32_t number) {
  Connection& connection = connections_[number];
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return Fail(number, Outcome::kError, ConnectError(error));
  if (tls_ != nullptr) {
    connection.tls = tls_->Connect(connection.fd);
    connection.state = Connection::State::kHandshaking;
    return Handshake(number);
  }
  connection.state = Connection::State::kBusy;
  const std::string bytes = std::move(connection.unsent);
  connection.unsent.clear();
  Write(number, bytes);
}

void HttpTarget::Handshake(uint32_t number) {
  Connection& connection = connections_[number];
  switch (connection.tls->Handshake()) {
    case TlsSession::Progress::kWantsRead:
      return Watch(connection, number, false);
    case TlsSession::Progress::kWantsWrite:
      return Watch(connection, number, true);
    case TlsSession::Progress::kFailed:
      return Fail(number, Outcome::kError, connection.tls->error());
    case TlsSession::Progress::kDone:
      break;
  }
  connection.state = Connection::State::kBusy;
  const std::string bytes = std::move(connection.unsent);
  connection.unsent.clear();
  Write(number, bytes);
}

void HttpTarget::Write(uint32_t number, std::string_view bytes) {
  Connection& connection = connections_[number];
  while (!bytes.empty()) {
    const ssize_t sent = connection.tls != nullptr
                             ? connection.tls->Write(bytes)
                             : send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) break;
      return Fail(number, Outcome::kError, StrCat("cannot send: ", std::strerror(errno)));
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  // Most requests fit into the socket: only the rest of one is copied.
  if (!bytes.empty()) connection.unsent.assign(bytes);
  Watch(connection, number, !bytes.empty());
}

void HttpTarget::Read(uint32_t number) {
  Connection& connection = connections_[number];
  while (connection.state == Connection::State::kBusy) {
    const ssize_t size = connection.tls != nullptr ? connection.tls->Read(buffer_.data(), buffer_.size())
                                                   : recv(connection.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size <= 0) {
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size < 0) {
        const bool tls_error = connection.tls != nullptr && errno == EPROTO;
        return Fail(number, Outcome::kError,
                    tls_error ? connection.tls->error() : StrCat("the connection broke: ", std::strerror(errno)));
      }
      if (connection.parser.AtEnd() == HttpParser::Event::kDone) return Finish(number, false);
      return Fail(number, Outcome::kError, connection.parser.error());
    }
    if (!Parse(number, {buffer_.data(), static_cast<size_t>(size)})) return;
    // A short read has emptied the socket; TLS may hold more than one record.
    if (connection.tls == nullptr && static_cast<size_t>(size) < buffer_.size()) return;
  }
}

bool HttpTarget::Parse(uint32_t number, std::string_view input) {
  Connection& connection = connections_[number];
  while (true) {
    switch (connection.parser.Next(&input)) {
      case HttpParser::Event::kMore:
        return true;
      case HttpParser::Event::kHead:
        connection.sample.status = static_cast<uint16_t>(connection.parser.head().status);
        connection.wants_body = dialect_.OnHead(connection.parser.head(), connection.sample);
        break;
      case HttpParser::Event::kBody: {
        const std::string_view piece = connection.parser.piece();
        connection.sample.bytes += static_cast<uint32_t>(piece.size());
        if (connection.wants_body && connection.body.size() < HttpDialect::kMaxBodyBytes) {
          connection.body.append(piece.substr(0, HttpDialect::kMaxBodyBytes - connection.body.size()));
        }
        break;
      }
      case HttpParser::Event::kDone:
        // What follows an answer nobody asked for; an answer to half a request ends the connection as well.
        Finish(number, connection.parser.head().keep_alive && input.empty() && connection.unsent.empty());
        return false;
      case HttpParser::Event::kFailed:
        Fail(number, Outcome::kError, connection.parser.error());
        return false;
    }
  }
}

void HttpTarget::Finish(uint32_t number, bool keep) {
  Connection& connection = connections_[number];
  connection.sample.done = clock_.Now();
  dialect_.OnEnd(connection.body, connection.sample);
  CompletePhases(connection.sample);
  done_->push_back(connection.sample);
  --in_flight_;
  Unlink(number);
  if (keep) {
    connection.state = Connection::State::kIdle;
    idle_.push_back(number);
  } else {
    Close(connection);
    closed_.push_back(number);
  }
}

void HttpTarget::Fail(uint32_t number, Outcome outcome, std::string_view message) {
  Connection& connection = connections_[number];
  connection.sample.done = clock_.Now();
  connection.sample.outcome = outcome;
  connection.sample.message = messages_.Add(message);
  CompletePhases(connection.sample);
  done_->push_back(connection.sample);
  --in_flight_;
  Unlink(number);
  Close(connection);
  closed_.push_back(number);
}

void HttpTarget::Close(Connection& connection) {
  connection.tls.reset();
  if (connection.fd >= 0) close(connection.fd);
  connection.fd = -1;
  connection.state = Connection::State::kClosed;
  connection.writes = false;
  connection.unsent.clear();
}

void HttpTarget::Link(uint32_t number) {
  Connection& connection = connections_[number];
  connection.older = newest_;
  connection.newer = kNone;
  (newest_ == kNone ? oldest_ : connections_[newest_].newer) = number;
  newest_ = number;
}

void HttpTarget::Unlink(uint32_t number) {
  const Connection& connection = connections_[number];
  (connection.older == kNone ? oldest_ : connections_[connection.older].newer) = connection.newer;
  (connection.newer == kNone ? newest_ : connections_[connection.newer].older) = connection.older;
}

void HttpTarget::ExpireRequests(Nanos now) {
  while (oldest_ != kNone && connections_[oldest_].sample.request.sent + options_.timeout <= now) {
    Fail(oldest_, Outcome::kTimeout, "no answer within --timeout");
  }
}

}  // namespace hearth::load
