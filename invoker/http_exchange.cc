#include "invoker/http_exchange.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <span>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include "base/strings.h"
#include "invoker/one_shot.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::flat_buffer;
using boost::system::error_code;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr size_t kChunkBytes = 64 << 10;
// Room for a usual response, so that one read takes all of it.
constexpr size_t kUsualResponseBytes = 8 << 10;
constexpr size_t kMaxErrorBytes = 1 << 20;
// Reserved for hearth's own headers; see runtime/fetch_handler.js for the one that is for this file only.
constexpr std::string_view kOwnHeaderPrefix = "x-hearth-";
constexpr std::string_view kFunctionErrorHeader = "x-hearth-function-error";

std::string RequestHeadText(const HttpRequestHead& head, std::string_view request_id) {
  std::string text;
  text.reserve(1024);
  StrAppend(&text, head.method, " ", head.target, " HTTP/1.1\r\n");
  for (const auto& [name, value] : head.headers) StrAppend(&text, name, ": ", value, "\r\n");
  StrAppend(&text, "x-hearth-request-id: ", request_id, "\r\n");
  if (!head.upgrade.empty()) StrAppend(&text, "Connection: Upgrade\r\nUpgrade: ", head.upgrade, "\r\n");
  if (!head.content_length.has_value()) {
    text += "Transfer-Encoding: chunked\r\n";
  } else if (*head.content_length > 0 || head.method == "POST" || head.method == "PUT" || head.method == "PATCH") {
    StrAppend(&text, "Content-Length: ", *head.content_length, "\r\n");
  }
  text += "\r\n";
  return text;
}

bool IsHopByHop(std::string_view name) {
  return EqualsIgnoreCase(name, "connection") || EqualsIgnoreCase(name, "keep-alive") ||
         EqualsIgnoreCase(name, "transfer-encoding") || EqualsIgnoreCase(name, "content-length") ||
         EqualsIgnoreCase(name, "proxy-connection");
}

// Where a body passes through: no larger than the body, and not cleared first, which would cost more than most bodies do.
class Chunk {
 public:
  explicit Chunk(std::optional<uint64_t> body_bytes)
      : size_(static_cast<size_t>(std::clamp<uint64_t>(body_bytes.value_or(kChunkBytes), 1, kChunkBytes))),
        bytes_(std::make_unique_for_overwrite<char[]>(size_)) {}
  std::span<char> span() { return {bytes_.get(), size_}; }
  const char* data() const { return bytes_.get(); }

 private:
  const size_t size_;
  const std::unique_ptr<char[]> bytes_;
};

// The upload, running beside the download when the request has a body.
struct Upload {
  OneShot<absl::Status> done;
};

// Sends the body; `sent` precedes it on the wire (the request's head). Cancelled errors are the download's to explain.
asio::awaitable<absl::Status> SendBody(Instance::Connection& connection, std::string text,
                                       std::optional<uint64_t> length, BodySource& body) {
  const bool chunked = !length.has_value();
  Chunk chunk(length);
  while (true) {
    const absl::StatusOr<size_t> size = co_await body.Read(chunk.span());
    if (!size.ok()) co_return size.status();
    if (chunked) {
      char digits[16];
      const auto end = std::to_chars(digits, std::end(digits), *size, 16).ptr;
      StrAppend(&text, std::string_view(digits, static_cast<size_t>(end - digits)), "\r\n");
    }
    const std::array<asio::const_buffer, 3> parts = {asio::buffer(text), asio::buffer(chunk.data(), *size),
                                                     asio::buffer(chunked ? "\r\n" : "", chunked ? 2 : 0)};
    const auto [error, written] = co_await asio::async_write(connection, parts, kToken);
    if (error) co_return absl::OkStatus();
    text.clear();
    if (*size == 0) co_return absl::OkStatus();
  }
}

class Download {
 public:
  Download(Instance::Connection& connection, const HttpRequestHead& head, ResponseSink& sink, uint64_t limit,
           const HttpExchange::Options& options)
      : connection_(connection), request_(head), sink_(sink), limit_(limit), options_(options) {
    buffer_.reserve(kUsualResponseBytes);
  }

  asio::awaitable<HttpExchange::Result> Run() {
    using End = HttpExchange::End;
    auto parser = std::make_unique<Parser>();
    do {
      parser = MakeParser();
      const auto [error, size] = co_await http::async_read_header(connection_, buffer_, *parser, kToken);
      if (error) co_return Failed(error);
      // 100 and 103 are between the function and us.
    } while (parser->get().result_int() < 200 && parser->get().result_int() != 101);

    HttpResponseHead head = TakeHead(*parser);
    if (head.status == 101) co_return co_await Upgrade(head);
    const bool function_error = parser->get().find(kFunctionErrorHeader) != parser->get().end();
    if (function_error) co_return co_await ReadFunctionError(*parser);
    if (head.content_length.value_or(0) > limit_ && !head.no_body) {
      result_.end = End::kResponseTooLarge;
      co_return std::move(result_);
    }
    result_.started = true;
    head.more_follows = parser->is_done() || buffer_.size() > 0;
    if (!(co_await sink_.Start(head)).ok()) {
      result_.end = End::kClientGone;
      co_return std::move(result_);
    }
    co_return co_await Forward(*parser);
  }

 private:
  using Parser = http::response_parser<http::buffer_body>;

  std::unique_ptr<Parser> MakeParser() const {
    auto parser = std::make_unique<Parser>();
    parser->header_limit(HttpExchange::kMaxResponseHeaderBytes);
    parser->body_limit(boost::none);
    parser->skip(request_.method == "HEAD");
    return parser;
  }

  HttpExchange::Result Failed(error_code error) {
    const bool lost = error == http::error::end_of_stream || error == http::error::partial_message ||
                      error.category() == boost::system::system_category() || error == asio::error::eof;
    result_.end = lost ? HttpExchange::End::kConnectionLost : HttpExchange::End::kInvalidResponse;
    result_.error = error.message();
    return std::move(result_);
  }

  HttpResponseHead TakeHead(const Parser& parser) const {
    const auto& message = parser.get();
    HttpResponseHead head;
    head.status = static_cast<int>(message.result_int());
    head.reason = std::string(message.reason());
    for (const auto& field : message) {
      const std::string_view name(field.name_string().data(), field.name_string().size());
      if (HttpExchange::IsKept(name)) head.headers.emplace_back(name, std::string(field.value()));
    }
    head.headers.insert(head.headers.end(), options_.response_headers.begin(), options_.response_headers.end());
    head.no_body = request_.method == "HEAD" || head.status == 204 || head.status == 304;
    if (const auto length = parser.content_length()) {
      head.content_length = *length;
    } else if (head.no_body && message.has_content_length()) {
      // Beast skips a body that never comes, and its length with it; a HEAD's answer names it all the same.
      uint64_t value = 0;
      const auto text = message[http::field::content_length];
      std::from_chars(text.data(), text.data() + text.size(), value);
      head.content_length = value;
    }
    return head;
  }

  asio::awaitable<HttpExchange::Result> Upgrade(const HttpResponseHead& head) {
    result_.started = true;
    if (options_.on_upgrade) options_.on_upgrade();
    const auto data = buffer_.data();
    const std::string early(static_cast<const char*>(data.data()), data.size());
    if (!(co_await sink_.Upgrade(head, early, connection_)).ok()) result_.end = HttpExchange::End::kClientGone;
    co_return std::move(result_);
  }

  asio::awaitable<HttpExchange::Result> ReadFunctionError(Parser& parser) {
    result_.end = HttpExchange::End::kFunctionError;
    Chunk chunk(std::nullopt);
    while (!parser.is_done() && result_.error.size() < kMaxErrorBytes) {
      const auto [error, size] = co_await ReadChunk(parser, chunk.span());
      if (error) break;
      result_.error.append(chunk.data(), size);
    }
    result_.reusable = parser.is_done() && parser.keep_alive() && buffer_.size() == 0;
    co_return std::move(result_);
  }

  asio::awaitable<HttpExchange::Result> Forward(Parser& parser) {
    const auto length = parser.content_length();
    Chunk chunk(length ? std::optional<uint64_t>(*length) : std::nullopt);
    // What is still to come is read in pieces as large as those that are written.
    if (!parser.is_done() && buffer_.size() < length.value_or(kChunkBytes)) buffer_.reserve(kChunkBytes);
    uint64_t total = 0;
    while (!parser.is_done()) {
      const auto [error, size] = co_await ReadChunk(parser, chunk.span());
      if (error) co_return Failed(error);
      total += size;
      if (total > limit_) {
        result_.end = HttpExchange::End::kResponseTooLarge;
        co_return std::move(result_);
      }
      const std::string_view bytes(chunk.data(), size);
      if (size > 0 && !(co_await sink_.Write(bytes)).ok()) {
        result_.end = HttpExchange::End::kClientGone;
        co_return std::move(result_);
      }
    }
    result_.reusable = parser.keep_alive() && buffer_.size() == 0;
    if (!(co_await sink_.Finish()).ok()) result_.end = HttpExchange::End::kClientGone;
    co_return std::move(result_);
  }

  asio::awaitable<std::pair<error_code, size_t>> ReadChunk(Parser& parser, std::span<char> chunk) {
    auto& body = parser.get().body();
    body.data = chunk.data();
    body.size = chunk.size();
    body.more = true;
    auto [error, size] = co_await http::async_read_some(connection_, buffer_, parser, kToken);
    if (error == http::error::need_buffer) error = {};
    co_return std::pair(error, chunk.size() - body.size);
  }

  Instance::Connection& connection_;
  const HttpRequestHead& request_;
  ResponseSink& sink_;
  const uint64_t limit_;
  const HttpExchange::Options& options_;
  flat_buffer buffer_{kChunkBytes + HttpExchange::kMaxResponseHeaderBytes};
  HttpExchange::Result result_;
};

}  // namespace

bool HttpExchange::IsKept(std::string_view name) { return !IsHopByHop(name) && !name.starts_with(kOwnHeaderPrefix); }

asio::awaitable<HttpExchange::Result> HttpExchange::Run(Instance::Connection& connection, const HttpRequestHead& head,
                                                        std::string_view request_id, BodySource& body,
                                                        ResponseSink& sink, uint64_t response_limit,
                                                        const Options& options) {
  std::string text = RequestHeadText(head, request_id);
  Download download(connection, head, sink, response_limit, options);
  if (head.content_length == 0u) {
    // No body: one write, and nothing beside the download.
    co_await asio::async_write(connection, asio::buffer(text), kToken);
    co_return co_await download.Run();
  }

  const auto executor = co_await asio::this_coro::executor;
  const auto upload = std::make_shared<Upload>();
  // The references stay valid: this coroutine does not end before the upload has.
  asio::co_spawn(
      executor,
      [upload, &connection, &body, &head, text = std::move(text)]() mutable -> asio::awaitable<void> {
        absl::Status status = co_await SendBody(connection, std::move(text), head.content_length, body);
        // The rest of the request will not come: the instance must not wait for it, nor we for its answer.
        if (!status.ok()) {
          error_code ignored;
          connection.close(ignored);
        }
        upload->done.Set(std::move(status));
      },
      asio::detached);
  Result result = co_await download.Run();
  if (!upload->done.set()) {
    // The function answered without reading all of the request, or the exchange failed.
    result.reusable = false;
    body.Abort();
    error_code ignored;
    connection.close(ignored);
  }
  absl::Status status = co_await upload->done.Get();
  if (!status.ok() && result.end != End::kComplete) {
    result.end = End::kRequestFailed;
    result.request_status = std::move(status);
  }
  co_return result;
}

}  // namespace hearth
