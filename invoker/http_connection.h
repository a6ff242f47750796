#pragma once

// One client's connection to the ingress: reads requests, has them answered one after the other, writes the responses.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "invoker/http_server.h"

namespace hearth {

// What a connection needs of its server. Outlives the connection.
struct HttpRoutes {
  HttpServerOptions options;
  std::vector<WholeRequestHandler*> handlers;
  Invoker* invoker = nullptr;
  EventGateway* gateway = nullptr;
};

// GCC 12 destroys some temporaries of a co_await expression twice (aggregates made in place, above all): arguments of the
// coroutines here are named before the call.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(boost::asio::ip::tcp::socket socket, const HttpRoutes& routes);

  // Serves until the client or an error ends it.
  boost::asio::awaitable<void> Run();
  // Cuts it off; a running invocation is cancelled.
  void Close();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  class ClientBody;
  class ClientSink;
  using WholeHandler = std::function<boost::asio::awaitable<WholeResponse>(WholeRequest)>;
  struct Route {
    std::shared_ptr<const FunctionSpec> function;  // null: none of that name
    std::string name;
    std::string target;  // what the function sees
    std::string prefix;  // what was cut off the path
  };

  // Reads one request's head. False when the connection is at its end.
  boost::asio::awaitable<bool> ReadHead();
  // Answers the request whose head is in parser_. False if the connection cannot be used again.
  boost::asio::awaitable<bool> Answer();
  boost::asio::awaitable<bool> AnswerWhole(uint64_t body_limit, WholeHandler handle, std::string target);
  boost::asio::awaitable<bool> AnswerFunction(Route route);
  boost::asio::awaitable<bool> SendWhole(const WholeResponse& response, bool keep_alive);
  boost::asio::awaitable<bool> SendError(Outcome outcome, InvocationError error, std::string request_id = "");
  // An invocation that ends before an instance is asked for.
  boost::asio::awaitable<bool> Reject(std::string function, Outcome outcome, InvocationError error);
  boost::asio::awaitable<void> SendProtocolError(int status, std::string message);
  boost::asio::awaitable<absl::StatusOr<std::string>> ReadWholeBody(uint64_t limit);
  // Lets the client read what was sent before the connection is reset over what it still sends.
  boost::asio::awaitable<void> LingerAndClose();

  Route FindRoute() const;
  HeaderList ForwardedHeaders(const Route& route) const;
  std::string Header(boost::beast::http::field field) const;
  bool WantsUpgrade() const;
  bool HasBody() const;
  // Cancels the invocation when the client hangs up while it only waits.
  void WatchClient();
  void StopWatching();

  const HttpRoutes& routes_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::unique_ptr<Parser> parser_;
  std::string client_address_;
  CancelToken cancel_;
  boost::asio::cancellation_signal watch_;
  bool watching_ = false;
};

}  // namespace hearth
