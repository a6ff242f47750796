#pragma once

// The HTTP/1.1 ingress, on Boost.Beast: accepts connections, guards against clients that are slow, greedy or malformed,
// and routes each request to a handler or to a function.
//
// Routes, in this order:
//   1. the handlers, in the order they were added (AWS endpoint, metrics, …), each for whole requests;
//   2. functions: Host <function>.localhost, or the path /<function>/… (the function sees the rest of the path, and
//      X-Forwarded-Prefix says what was cut), or any path if there is exactly one function.
// A `lambda` function is reached through the EventGateway, which turns the request into an event; all other kinds get
// the request itself, streamed both ways.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "absl/status/statusor.h"
#include "invoker/http_message.h"
#include "invoker/invoker.h"

namespace hearth {

struct WholeRequest {
  std::string method;
  std::string target;
  HeaderList headers;  // as received
  std::string body;
  std::string client_address;  // "127.0.0.1"
};

struct WholeResponse {
  int status = 200;
  HeaderList headers;  // without Content-Length
  std::string body;
};

// Answers requests whose bodies are read whole. Core's thread.
class WholeRequestHandler {
 public:
  virtual ~WholeRequestHandler() = default;
  virtual bool Accepts(std::string_view method, std::string_view target) const = 0;
  // Largest body; more is answered with 413.
  virtual uint64_t BodyLimit(std::string_view target) const = 0;
  virtual boost::asio::awaitable<WholeResponse> Handle(WholeRequest request, CancelToken& cancel) = 0;
};

// Turns a request to a `lambda` function into an event and its result into a response (function URLs).
class EventGateway {
 public:
  virtual ~EventGateway() = default;
  // `request.target` is what is left of the path after routing.
  virtual boost::asio::awaitable<WholeResponse> Handle(std::string function, WholeRequest request,
                                                       CancelToken& cancel) = 0;
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 8080;  // 0: a free one
  // Header section of one request. 431 if more.
  uint32_t max_header_bytes = 64 << 10;
  // From the first byte of a request until its header section is complete.
  std::chrono::milliseconds header_timeout{std::chrono::seconds(10)};
  // Before the first request of a connection, and between two.
  std::chrono::milliseconds keep_alive_timeout{std::chrono::seconds(75)};
  // Without any progress while a body is read or a response is written.
  std::chrono::milliseconds stall_timeout{std::chrono::seconds(30)};
  uint32_t max_connections = 10000;
};

class HttpServer {
 public:
  // `functions` and `gateway` may be null (an admin server has handlers only). Nothing is owned.
  HttpServer(boost::asio::io_context& context, HttpServerOptions options, Invoker* functions, EventGateway* gateway);
  ~HttpServer();

  // Before Start. Not owned.
  void AddHandler(WholeRequestHandler* handler);
  // Binds and begins to accept. AlreadyExists: "port 8080 is in use (pass --port)" style, with `port_flag` named.
  absl::Status Start(std::string_view port_flag);
  // The bound port.
  uint16_t port() const;
  // Stops accepting and closes every connection.
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// {"error":{"outcome":…,"type":…,"message":…,"request_id":…,"stack":[…]}}
WholeResponse ErrorResponse(Outcome outcome, const InvocationError& error, std::string_view request_id);

}  // namespace hearth
