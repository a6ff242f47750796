#include "invoker/http_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/json.hpp>

#include "base/strings.h"
#include "base/units.h"
#include "invoker/report_header.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr size_t kChunkBytes = 64 << 10;
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr size_t kLingerBytes = 64 << 20;
// Room for a usual request, so that one read takes all of it.
constexpr size_t kHeadBytes = 4096;
// A client that goes away sooner than this after its request finds it done anyway. Watching costs calls of the kernel.
constexpr auto kWatchDelay = std::chrono::milliseconds(10);
constexpr std::string_view kLocalhostSuffix = ".localhost";
constexpr std::string_view kRequestIdHeader = "x-hearth-request-id";

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string ChunkHead(size_t size) {
  char digits[20];
  const char* end = std::to_chars(digits, digits + 16, size, 16).ptr;
  return StrCat(std::string_view(digits, static_cast<size_t>(end - digits)), "\r\n");
}

std::string HeadText(int status, std::string_view reason, const HeaderList& headers) {
  std::string text;
  text.reserve(512);
  StrAppend(&text, "HTTP/1.1 ", status, " ",
            reason.empty() ? View(http::obsolete_reason(static_cast<http::status>(status))) : reason, "\r\n");
  for (const auto& [name, value] : headers) StrAppend(&text, name, ": ", value, "\r\n");
  return text;
}

}  // namespace

WholeResponse ErrorResponse(Outcome outcome, const InvocationError& error, std::string_view request_id) {
  boost::json::object body{
      {"outcome", std::string(OutcomeName(outcome))}, {"type", error.type}, {"message", error.message}};
  if (!request_id.empty()) body["request_id"] = std::string(request_id);
  if (!error.stack.empty()) body["stack"] = boost::json::array(error.stack.begin(), error.stack.end());
  if (error.limit.has_value()) {
    boost::json::object limit{{"name", error.limit->name}, {"value", error.limit->value}};
    if (!error.limit->used.empty()) limit["used"] = error.limit->used;
    body["limit"] = std::move(limit);
  }
  WholeResponse response;
  response.status = HttpStatusOf(outcome);
  response.headers = {{"Content-Type", "application/json"}};
  if (response.status == 429) response.headers.emplace_back("Retry-After", "1");
  if (!request_id.empty()) response.headers.emplace_back(kRequestIdHeader, request_id);
  response.body = boost::json::serialize(boost::json::object{{"error", std::move(body)}}) + "\n";
  return response;
}

// The body of the request in parser_, as it arrives.
class HttpConnection::ClientBody final : public BodySource {
 public:
  ClientBody(HttpConnection& connection, uint64_t limit) : connection_(connection), limit_(limit) {
    expects_continue_ = EqualsIgnoreCase(connection.Header(http::field::expect), "100-continue");
  }

  asio::awaitable<absl::StatusOr<size_t>> Read(std::span<char> out) override {
    Parser& parser = *connection_.parser_;
    if (std::exchange(expects_continue_, false) && connection_.buffer_.size() == 0) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(connection_.socket_, asio::buffer(kContinue), kToken);
    }
    while (!parser.is_done()) {
      auto& body = parser.get().body();
      body.data = out.data();
      body.size = out.size();
      body.more = true;
      connection_.ExpireAfter(connection_.routes_.options.stall_timeout);
      // Else the body would come in pieces of the size that was enough for the head.
      if (out.size() > connection_.buffer_.capacity() && connection_.buffer_.size() == 0) {
        connection_.buffer_.reserve(out.size());
      }
      auto [error, size] = co_await http::async_read_some(connection_.socket_, connection_.buffer_, parser, kToken);
      if (error && error != http::error::need_buffer) {
        co_return absl::InvalidArgumentError(StrCat("the request's body broke off: ", error.message()));
      }
      const size_t received = out.size() - body.size;
      total_ += received;
      if (total_ > limit_) {
        co_return absl::ResourceExhaustedError(
            StrCat("the request is larger than limits.request = ", FormatSize(limit_)));
      }
      if (received > 0) co_return received;
    }
    // All is read: from here on the connection only tells that the client hangs up.
    connection_.WatchClient();
    co_return 0;
  }

  void Abort() override {
    error_code ignored;
    if (!connection_.parser_->is_done()) connection_.socket_.cancel(ignored);
  }

 private:
  HttpConnection& connection_;
  const uint64_t limit_;
  uint64_t total_ = 0;
  bool expects_continue_ = false;
};

// Writes a function's response to the client.
class HttpConnection::ClientSink final : public ResponseSink {
 public:
  ClientSink(HttpConnection& connection, bool keep_alive, bool http_1_0)
      : connection_(connection), keep_alive_(keep_alive), http_1_0_(http_1_0) {}

  bool keep_alive() const { return keep_alive_; }
  bool finished() const { return finished_; }

  asio::awaitable<absl::Status> Start(const HttpResponseHead& head) override {
    Prepare(head);
    if (head.more_follows) co_return absl::OkStatus();
    co_return co_await Send(std::string_view());
  }

  asio::awaitable<absl::Status> Whole(const HttpResponseHead& head, std::string_view body) override {
    Prepare(head);
    finished_ = true;
    return Send(body, /*raw=*/true);
  }

  asio::awaitable<absl::Status> Write(std::string_view bytes) override { return Send(bytes); }

  asio::awaitable<absl::Status> Finish() override {
    if (chunked_) pending_ += "0\r\n\r\n";
    absl::Status status = absl::OkStatus();
    if (!pending_.empty()) status = co_await Send(std::string_view(), /*raw=*/true);
    finished_ = status.ok();
    co_return status;
  }

  asio::awaitable<absl::Status> Upgrade(const HttpResponseHead& head, std::string_view early,
                                        Instance::Connection& lane) override {
    using asio::experimental::awaitable_operators::operator&&;
    connection_.StopWatching();
    keep_alive_ = false;
    finished_ = true;
    std::string text = HeadText(head.status, head.reason, head.headers);
    StrAppend(&text, "Connection: Upgrade\r\n\r\n", early);
    connection_.NeverExpire();
    auto& client = connection_.socket_;
    if (const auto [error, size] = co_await asio::async_write(client, asio::buffer(text), kToken); error) {
      co_return absl::CancelledError(error.message());
    }
    if (connection_.buffer_.size() > 0) {
      const auto [error, size] = co_await asio::async_write(lane, connection_.buffer_.data(), kToken);
      if (error) co_return absl::OkStatus();
      connection_.buffer_.consume(size);
    }
    co_await (CopyBetween(client, lane) && CopyBetween(lane, client));
    co_return absl::OkStatus();
  }

 private:
  void Prepare(const HttpResponseHead& head) {
    pending_ = HeadText(head.status, head.reason, head.headers);
    if (head.content_length.has_value()) {
      StrAppend(&pending_, "Content-Length: ", *head.content_length, "\r\n");
    } else if (!head.no_body) {
      if (http_1_0_) {
        keep_alive_ = false;
      } else {
        chunked_ = true;
        pending_ += "Transfer-Encoding: chunked\r\n";
      }
    }
    if (!connection_.parser_->is_done()) keep_alive_ = false;
    pending_ += keep_alive_ ? (http_1_0_ ? "Connection: keep-alive\r\n\r\n" : "\r\n") : "Connection: close\r\n\r\n";
  }

  template <typename From, typename To>
  static asio::awaitable<void> CopyBetween(From& from, To& to) {
    std::array<char, 16 << 10> buffer;
    while (true) {
      const auto [error, size] = co_await from.async_read_some(asio::buffer(buffer), kToken);
      error_code ignored;
      if (error) {
        // An end is passed on, and the other direction may go on; anything else ends both.
        to.shutdown(error == asio::error::eof ? asio::socket_base::shutdown_send : asio::socket_base::shutdown_both,
                    ignored);
        co_return;
      }
      const auto [failed, written] = co_await asio::async_write(to, asio::buffer(buffer, size), kToken);
      if (failed) {
        from.shutdown(asio::socket_base::shutdown_both, ignored);
        co_return;
      }
    }
  }

  // Writes what is pending, then the bytes (as a chunk, unless raw).
  asio::awaitable<absl::Status> Send(std::string_view bytes, bool raw = false) {
    const bool chunk = chunked_ && !raw && !bytes.empty();
    if (chunk) pending_ += ChunkHead(bytes.size());
    const std::array<asio::const_buffer, 3> parts = {asio::buffer(pending_), asio::buffer(bytes),
                                                     asio::buffer("\r\n", chunk ? 2 : 0)};
    const error_code error = co_await connection_.WriteAll(parts);
    pending_.clear();
    if (error) co_return absl::CancelledError(StrCat("the client is gone: ", error.message()));
    co_return absl::OkStatus();
  }

  HttpConnection& connection_;
  bool keep_alive_;
  const bool http_1_0_;
  bool chunked_ = false;
  bool finished_ = false;
  std::string pending_;
};

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, const HttpRoutes& routes)
    : routes_(routes), socket_(std::move(socket)), buffer_(routes.options.max_header_bytes + kChunkBytes) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  const auto endpoint = socket_.remote_endpoint(ignored);
  client_address_ = endpoint.address().to_string();
}

void HttpConnection::Close() {
  error_code ignored;
  cancel_.Cancel();
  socket_.close(ignored);
}

bool HttpConnection::Sweep(Clock::time_point now) {
  if (watch_ == Watch::kWanted && now >= watch_from_) BeginWatch();
  if (now >= expires_) {
    NeverExpire();
    // Whatever it waits for ends with an error, and with it the connection.
    error_code ignored;
    socket_.close(ignored);
  }
  return watch_ == Watch::kWanted || expires_ < now + HttpSweeper::kSlow;
}

void HttpConnection::ExpireAfter(std::chrono::milliseconds time) {
  expires_ = Clock::now() + time;
  if (time < HttpSweeper::kSlow) routes_.sweeper->Hurry();
}

asio::awaitable<error_code> HttpConnection::WriteAll(std::array<asio::const_buffer, 3> parts) {
  // Most responses are taken at once.
  error_code error;
  const size_t total = asio::buffer_size(parts);
  size_t sent = socket_.write_some(parts, error);
  if (error == asio::error::would_block) error = {};
  if (error || sent == total) co_return error;
  for (asio::const_buffer& part : parts) {
    const size_t gone = std::min(sent, part.size());
    part += gone;
    sent -= gone;
  }
  ExpireAfter(routes_.options.stall_timeout);
  std::tie(error, sent) = co_await asio::async_write(socket_, parts, kToken);
  NeverExpire();
  co_return error;
}

asio::awaitable<void> HttpConnection::Run() {
  while (co_await ReadHead()) {
    if (!co_await Answer()) break;
    if (!socket_.is_open()) co_return;
  }
  error_code ignored;
  socket_.close(ignored);
}

asio::awaitable<bool> HttpConnection::ReadHead() {
  parser_.emplace();
  parser_->header_limit(routes_.options.max_header_bytes);
  parser_->body_limit(boost::none);
  if (buffer_.size() == 0) {
    ExpireAfter(routes_.options.keep_alive_timeout);
    const auto [error, size] = co_await socket_.async_read_some(buffer_.prepare(kHeadBytes), kToken);
    if (error) co_return false;
    buffer_.commit(size);
  }
  error_code error;
  buffer_.consume(parser_->put(buffer_.data(), error));
  if (error == http::error::need_more) {
    ExpireAfter(routes_.options.header_timeout);
    size_t ignored = 0;
    std::tie(error, ignored) = co_await http::async_read_header(socket_, buffer_, *parser_, kToken);
  }
  NeverExpire();
  if (!error) co_return true;
  // A client that is too slow has been cut off by Sweep, and hears nothing.
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    const std::string message =
        StrCat("the request's header section is larger than ", FormatSize(routes_.options.max_header_bytes));
    co_await SendProtocolError(431, message);
  } else if (error.category() == make_error_code(http::error::bad_method).category() &&
             error != http::error::end_of_stream && error != http::error::partial_message) {
    const std::string message = StrCat("not a valid HTTP request: ", error.message());
    co_await SendProtocolError(400, message);
  }
  co_return false;
}

std::string HttpConnection::Header(http::field field) const { return std::string(parser_->get()[field]); }

bool HttpConnection::HasBody() const {
  return parser_->chunked() || (parser_->content_length().has_value() && *parser_->content_length() > 0);
}

bool HttpConnection::WantsUpgrade() const {
  const auto& request = parser_->get();
  return http::token_list(request[http::field::connection]).exists("upgrade") &&
         request.find(http::field::upgrade) != request.end();
}

asio::awaitable<bool> HttpConnection::Answer() {
  const auto& request = parser_->get();
  const auto target = std::string(request.target());
  if (request.version() >= 11 && request.find(http::field::host) == request.end()) {
    const std::string message = "the request has no Host header";
    co_await SendProtocolError(400, message);
    co_return false;
  }
  if (!target.starts_with('/')) {
    const std::string message = StrCat("the request's target must start with \"/\": ", target.substr(0, 100));
    co_await SendProtocolError(400, message);
    co_return false;
  }
  if (cancel_.cancelled()) co_return false;
  const auto method = std::string(request.method_string());
  for (WholeRequestHandler* handler : routes_.handlers) {
    if (!handler->Accepts(method, target)) continue;
    WholeHandler handle = [this, handler](WholeRequest whole) { return handler->Handle(std::move(whole), cancel_); };
    co_return co_await AnswerWhole(handler->BodyLimit(target), std::move(handle), target);
  }
  if (routes_.invoker == nullptr) {
    InvocationError error{"Hearth.NotFound", StrCat("nothing is at ", target), {}};
    co_return co_await SendError(Outcome::kNotFound, std::move(error));
  }
  Route route = FindRoute();
  if (route.function == nullptr) {
    InvocationError error{"Hearth.FunctionNotFound", routes_.invoker->UnknownFunction(route.name), {}};
    co_return co_await Reject(route.name, Outcome::kNotFound, std::move(error));
  }
  FunctionKind kind = route.function->kind;
  if (kind == FunctionKind::kDetect) {
    InvocationResult probe = co_await routes_.invoker->ResolveKind(route.function->name, &kind);
    if (probe.outcome != Outcome::kOk) {
      co_return co_await SendError(probe.outcome, std::move(probe.error), probe.report.request_id);
    }
  }
  if (kind == FunctionKind::kLambda && routes_.gateway != nullptr) {
    WholeHandler handle = [this, name = route.function->name](WholeRequest whole) {
      return routes_.gateway->Handle(name, std::move(whole), cancel_);
    };
    co_return co_await AnswerWhole(RequestLimit(route.function->limits, kind), std::move(handle), route.target);
  }
  co_return co_await AnswerFunction(std::move(route));
}

HttpConnection::Route HttpConnection::FindRoute() const {
  const Pool& pool = routes_.invoker->pool();
  const std::string target(parser_->get().target());
  std::string host = Header(http::field::host);
  host = host.substr(0, host.find(':'));
  if (host.size() > kLocalhostSuffix.size() &&
      EqualsIgnoreCase(std::string_view(host).substr(host.size() - kLocalhostSuffix.size()), kLocalhostSuffix)) {
    const std::string name = host.substr(0, host.size() - kLocalhostSuffix.size());
    return {pool.Find(name), name, target, ""};
  }
  const size_t end = target.find_first_of("/?", 1);
  const std::string name = target.substr(1, end == std::string::npos ? end : end - 1);
  if (auto function = pool.Find(name)) {
    std::string rest = end == std::string::npos ? "" : target.substr(end);
    if (!rest.starts_with('/')) rest.insert(0, 1, '/');
    return {std::move(function), name, std::move(rest), "/" + name};
  }
  const auto functions = pool.Functions();
  if (functions.size() == 1) return {functions.front(), functions.front()->name, target, ""};
  return {nullptr, name, target, ""};
}

HeaderList HttpConnection::ForwardedHeaders(const Route& route, bool* report_wanted) const {
  const auto& request = parser_->get();
  http::token_list named(request[http::field::connection]);
  HeaderList headers;
  std::string forwarded_for;
  for (const auto& field : request) {
    const std::string_view name = View(field.name_string());
    switch (field.name()) {
      case http::field::connection:
      case http::field::keep_alive:
      case http::field::proxy_connection:
      case http::field::transfer_encoding:
      case http::field::content_length:
      case http::field::upgrade:
      case http::field::expect:
      case http::field::te:
        continue;
      case http::field::unknown:
        if (EqualsIgnoreCase(name, kRequestIdHeader)) continue;
        if (EqualsIgnoreCase(name, kReportHeader)) {
          *report_wanted = true;
          continue;
        }
        if (EqualsIgnoreCase(name, "x-forwarded-for")) {
          forwarded_for = StrCat(View(field.value()), ", ");
          continue;
        }
        break;
      default:
        break;
    }
    // What the client calls hop-by-hop ends here.
    if (named.begin() != named.end() && named.exists(field.name_string())) continue;
    headers.emplace_back(name, View(field.value()));
  }
  headers.emplace_back("X-Forwarded-For", forwarded_for + client_address_);
  headers.emplace_back("X-Forwarded-Proto", "http");
  headers.emplace_back("X-Forwarded-Host", Header(http::field::host));
  if (!route.prefix.empty()) headers.emplace_back("X-Forwarded-Prefix", route.prefix);
  return headers;
}

asio::awaitable<bool> HttpConnection::AnswerFunction(Route route) {
  const auto& request = parser_->get();
  const uint64_t limit = RequestLimit(route.function->limits, route.function->kind);
  if (parser_->content_length().value_or(0) > limit) {
    InvocationError error{"Hearth.RequestTooLarge",
                          StrCat("the request is larger than limits.request = ", FormatSize(limit)),
                          {},
                          LimitBreach{"limits.request", FormatSize(limit), StrCat(*parser_->content_length(), "B")}};
    co_return co_await Reject(route.function->name, Outcome::kRequestTooLarge, std::move(error));
  }
  bool report_wanted = false;
  HttpRequestHead head{.method = std::string(request.method_string()),
                       .target = route.target,
                       .headers = ForwardedHeaders(route, &report_wanted),
                       .content_length = 0,
                       .upgrade = WantsUpgrade() ? Header(http::field::upgrade) : ""};
  if (parser_->chunked()) {
    head.content_length = std::nullopt;
  } else if (parser_->content_length().has_value()) {
    head.content_length = *parser_->content_length();
  }
  cancel_ = CancelToken();
  ClientBody body(*this, limit);
  ClientSink sink(*this, request.keep_alive(), request.version() < 11);
  if (!HasBody()) WatchClient();
  InvokeOptions options;
  options.cancel = &cancel_;
  options.peak_memory = false;
  options.report_header = report_wanted;
  Invoker::HttpResult result =
      co_await routes_.invoker->InvokeHttp(route.function->name, std::move(head), body, sink, std::move(options));
  StopWatching();
  if (result.response_started) {
    const bool complete = result.outcome == Outcome::kOk;
    // A client that is still sending would hear of a reset before it reads its answer.
    if (complete && !parser_->is_done()) co_await LingerAndClose();
    co_return complete&& sink.keep_alive() && parser_->is_done();
  }
  if (result.outcome == Outcome::kCancelled) co_return false;
  co_return co_await SendError(result.outcome, std::move(result.error), result.report.request_id);
}

asio::awaitable<bool> HttpConnection::AnswerWhole(uint64_t body_limit, WholeHandler handle, std::string target) {
  WholeRequest whole;
  whole.method = std::string(parser_->get().method_string());
  whole.target = std::move(target);
  whole.client_address = client_address_;
  for (const auto& field : parser_->get()) whole.headers.emplace_back(View(field.name_string()), View(field.value()));
  cancel_ = CancelToken();
  absl::StatusOr<std::string> body = co_await ReadWholeBody(body_limit);
  if (!body.ok()) {
    if (!absl::IsResourceExhausted(body.status())) co_return false;
    InvocationError error{"Hearth.RequestTooLarge",
                          std::string(body.status().message()),
                          {},
                          LimitBreach{"limits.request", FormatSize(body_limit), ""}};
    co_return co_await SendError(Outcome::kRequestTooLarge, std::move(error));
  }
  whole.body = std::move(*body);
  const bool keep_alive = parser_->get().keep_alive();
  WatchClient();
  const WholeResponse response = co_await handle(std::move(whole));
  StopWatching();
  co_return co_await SendWhole(response, keep_alive) && keep_alive;
}

asio::awaitable<absl::StatusOr<std::string>> HttpConnection::ReadWholeBody(uint64_t limit) {
  std::string body;
  if (parser_->content_length().value_or(0) > limit) {
    co_return absl::ResourceExhaustedError(StrCat("the request is larger than limits.request = ", FormatSize(limit)));
  }
  ClientBody source(*this, limit);
  const auto chunk = std::make_unique_for_overwrite<char[]>(kChunkBytes);
  while (true) {
    const absl::StatusOr<size_t> size = co_await source.Read({chunk.get(), kChunkBytes});
    if (!size.ok()) co_return size.status();
    if (*size == 0) co_return body;
    body.append(chunk.get(), *size);
  }
}

asio::awaitable<bool> HttpConnection::SendWhole(const WholeResponse& response, bool keep_alive) {
  std::string text = HeadText(response.status, "", response.headers);
  const bool no_body = response.status == 204 || response.status == 304;
  if (!no_body) StrAppend(&text, "Content-Length: ", response.body.size(), "\r\n");
  text += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  const bool head_only = no_body || parser_->get().method() == http::verb::head;
  const std::array<asio::const_buffer, 3> parts = {
      asio::buffer(text), asio::buffer(response.body.data(), head_only ? 0 : response.body.size()), {}};
  co_return !co_await WriteAll(parts);
}

asio::awaitable<bool> HttpConnection::SendError(Outcome outcome, InvocationError error, std::string request_id) {
  const WholeResponse response = ErrorResponse(outcome, error, request_id.empty() ? NewRequestId() : request_id);
  // A request whose body was not read cannot be followed by another.
  const bool keep_alive = parser_->get().keep_alive() && (parser_->is_done() || !HasBody());
  const bool sent = co_await SendWhole(response, keep_alive);
  if (sent && !keep_alive) co_await LingerAndClose();
  co_return sent&& keep_alive;
}

asio::awaitable<bool> HttpConnection::Reject(std::string function, Outcome outcome, InvocationError error) {
  const std::string request_id = NewRequestId();
  routes_.invoker->ReportRejected(std::move(function), outcome, error, request_id);
  co_return co_await SendError(outcome, std::move(error), request_id);
}

asio::awaitable<void> HttpConnection::SendProtocolError(int status, std::string message) {
  const InvocationError error{"Hearth.InvalidRequest", std::move(message), {}};
  WholeResponse response = ErrorResponse(Outcome::kInvalidRequest, error, NewRequestId());
  response.status = status;
  if (co_await SendWhole(response, false)) co_await LingerAndClose();
}

asio::awaitable<void> HttpConnection::LingerAndClose() {
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  ExpireAfter(kLingerTime);
  const auto buffer = std::make_unique<std::array<char, kChunkBytes>>();
  for (size_t total = 0; total < kLingerBytes;) {
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(*buffer), kToken);
    if (error) break;
    total += size;
  }
  socket_.close(ignored);
}

void HttpConnection::WatchClient() {
  if (watch_ != Watch::kNone) return;
  watch_ = Watch::kWanted;
  watch_from_ = Clock::now() + kWatchDelay;
  routes_.sweeper->Hurry();
}

void HttpConnection::BeginWatch() {
  watch_ = Watch::kOn;
  socket_.async_wait(socket_.wait_read,
                     asio::bind_cancellation_slot(watch_signal_.slot(), [self = shared_from_this()](error_code error) {
                       if (error || self->watch_ != Watch::kOn) return;
                       char byte;
                       // More bytes are the next request, sent ahead; an end or an error is a client that has gone.
                       if (recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
                         self->cancel_.Cancel();
                     }));
}

void HttpConnection::StopWatching() {
  if (std::exchange(watch_, Watch::kNone) == Watch::kOn) watch_signal_.emit(asio::cancellation_type::terminal);
}

}  // namespace hearth
