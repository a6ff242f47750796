#pragma once

// HTTP messages as the HTTP lane carries them, independent of where they come from (HTTP ingress, gRPC, a cloud dialect).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "isolate_pool/pool/instance.h"

namespace hearth {

using HeaderList = HeaderFields;

struct HttpRequestHead {
  std::string method;
  std::string target;  // origin form, as the function shall see it
  // End-to-end headers; neither Content-Length, Transfer-Encoding nor Connection. The lane adds x-hearth-request-id.
  HeaderList headers;
  // Body size if known; nullopt means chunked. 0 for none.
  std::optional<uint64_t> content_length = 0;
  // Value of the Upgrade header, if the client asks for an upgrade.
  std::string upgrade;
};

struct HttpResponseHead {
  int status = 0;
  std::string reason;
  // End-to-end headers; neither Content-Length, Transfer-Encoding nor Connection.
  HeaderList headers;
  // Body size if known. nullopt: until Finish.
  std::optional<uint64_t> content_length;
  // The response has no body by its status or the request's method (HEAD, 204, 304), whatever content_length says.
  bool no_body = false;
  // Bytes of the body, or its end, follow at once: the head need not be sent on its own.
  bool more_follows = false;
};

// Where a request's body comes from. One coroutine reads at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Reads at least one byte; 0 at the end. An error means that the client is gone or broke the protocol
  // (InvalidArgument) or that the body is longer than it may be (ResourceExhausted).
  virtual boost::asio::awaitable<absl::StatusOr<size_t>> Read(std::span<char> buffer) = 0;
  // Makes a pending Read fail soon.
  virtual void Abort() = 0;
};

// Where a response goes. Start once, Write any number of times, Finish once; or Upgrade instead of all three. An error
// means that the client is gone: nothing more may be sent.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual boost::asio::awaitable<absl::Status> Start(const HttpResponseHead& head) = 0;
  virtual boost::asio::awaitable<absl::Status> Write(std::string_view bytes) = 0;
  virtual boost::asio::awaitable<absl::Status> Finish() = 0;
  // All of a response at once, in place of the three: head.content_length is the body's size, unless there is no body.
  virtual boost::asio::awaitable<absl::Status> Whole(const HttpResponseHead& head, std::string_view body) {
    absl::Status status = co_await Start(head);
    if (status.ok() && !body.empty()) status = co_await Write(body);
    if (status.ok()) status = co_await Finish();
    co_return status;
  }
  // The function switched protocols (101): sends the head, then `early` bytes, then joins the client's connection to
  // `connection` until either side closes. `connection` outlives the call.
  virtual boost::asio::awaitable<absl::Status> Upgrade(const HttpResponseHead& head, std::string_view early,
                                                       Instance::Connection& connection) = 0;
};

}  // namespace hearth
