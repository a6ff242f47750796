#include "invoker/http_server.h"

#include <set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/strings.h"
#include "invoker/http_connection.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// After accept failed for want of descriptors: how long to leave the client in the queue.
constexpr auto kAcceptPause = std::chrono::milliseconds(50);

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
  explicit State(asio::io_context& io) : context(io), acceptor(io), sweeper(io, connections) {
    routes.sweeper = &sweeper;
  }

  asio::io_context& context;
  tcp::acceptor acceptor;
  HttpRoutes routes;
  std::set<std::shared_ptr<HttpConnection>> connections;
  HttpSweeper sweeper;

  asio::awaitable<void> Accept() {
    const auto self = shared_from_this();
    while (acceptor.is_open()) {
      auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        asio::steady_timer pause(context, kAcceptPause);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        continue;
      }
      if (connections.size() >= routes.options.max_connections) continue;  // closes it
      auto connection = std::make_shared<HttpConnection>(std::move(socket), routes);
      connections.insert(connection);
      sweeper.Hurry();
      asio::co_spawn(
          context, [connection] { return connection->Run(); },
          [self, connection](const std::exception_ptr&) { self->connections.erase(connection); });
    }
  }
};

HttpServer::HttpServer(asio::io_context& context, HttpServerOptions options, Invoker* functions, EventGateway* gateway)
    : state_(std::make_shared<State>(context)) {
  state_->routes.options = std::move(options);
  state_->routes.invoker = functions;
  state_->routes.gateway = gateway;
}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::AddHandler(WholeRequestHandler* handler) { state_->routes.handlers.push_back(handler); }

absl::Status HttpServer::Start(std::string_view port_flag) {
  const HttpServerOptions& options = state_->routes.options;
  error_code error;
  const auto address = asio::ip::make_address(options.host, error);
  if (error) return absl::InvalidArgumentError(StrCat("not an IP address: ", options.host));
  const tcp::endpoint endpoint(address, options.port);
  tcp::acceptor& acceptor = state_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return absl::AlreadyExistsError(
        StrCat("port ", options.port, " is in use (pass ", port_flag, ", 0 for a free one)"));
  }
  if (error)
    return absl::UnavailableError(StrCat("cannot listen on ", options.host, ":", options.port, ": ", error.message()));
  asio::co_spawn(state_->context, [state = state_] { return state->Accept(); }, asio::detached);
  return absl::OkStatus();
}

uint16_t HttpServer::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

void HttpServer::Stop() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->sweeper.Stop();
  for (const auto& connection : state_->connections) connection->Close();
}

}  // namespace hearth
