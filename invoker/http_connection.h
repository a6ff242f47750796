#pragma once

// One client's connection to the ingress: reads requests, has them answered one after the other, writes the responses.

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "invoker/http_server.h"
#include "invoker/http_sweeper.h"

namespace hearth {

// What a connection needs of its server. Outlives the connection.
struct HttpRoutes {
  HttpServerOptions options;
  std::vector<WholeRequestHandler*> handlers;
  Invoker* invoker = nullptr;
  EventGateway* gateway = nullptr;
  HttpSweeper* sweeper = nullptr;
};

// GCC 12 destroys some temporaries of a co_await expression twice (aggregates made in place, above all): arguments of the
// coroutines here are named before the call.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Clock = std::chrono::steady_clock;

  HttpConnection(boost::asio::ip::tcp::socket socket, const HttpRoutes& routes);

  // Serves until the client or an error ends it.
  boost::asio::awaitable<void> Run();
  // Cuts it off; a running invocation is cancelled.
  void Close();
  // Called again and again: acts on what is due by now. True if more may be due in less than HttpSweeper::kSlow.
  bool Sweep(Clock::time_point now);

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
  // Fails if the client does not take anything for stall_timeout.
  boost::asio::awaitable<boost::system::error_code> WriteAll(std::array<boost::asio::const_buffer, 3> parts);
  // Lets the client read what was sent before the connection is reset over what it still sends.
  boost::asio::awaitable<void> LingerAndClose();

  Route FindRoute() const;
  // `report_wanted` is set if the client asks for the report in the answer's head.
  HeaderList ForwardedHeaders(const Route& route, bool* report_wanted) const;
  std::string Header(boost::beast::http::field field) const;
  bool WantsUpgrade() const;
  bool HasBody() const;
  // Cancels the invocation when the client hangs up while it only waits.
  void WatchClient();
  void BeginWatch();
  void StopWatching();
  // What the connection waits for must have happened by then, or it is closed.
  void ExpireAfter(std::chrono::milliseconds time);
  void NeverExpire() { expires_ = Clock::time_point::max(); }

  const HttpRoutes& routes_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;  // one for each request
  std::string client_address_;
  CancelToken cancel_;
  enum class Watch { kNone, kWanted, kOn };
  Watch watch_ = Watch::kNone;
  Clock::time_point watch_from_;
  boost::asio::cancellation_signal watch_signal_;
  Clock::time_point expires_ = Clock::time_point::max();
};

}  // namespace hearth
