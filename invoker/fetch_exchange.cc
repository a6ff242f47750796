#include "invoker/fetch_exchange.h"

#include <charconv>
#include <utility>

#include "base/strings.h"
#include "invoker/http_syntax.h"

namespace hearth {
namespace {

namespace asio = boost::asio;

constexpr uint32_t kFirstStatus = 200;
constexpr uint32_t kLastStatus = 599;

bool HasNoBody(uint32_t status) { return status == 204 || status == 205 || status == 304; }

// What is wrong with this head; empty if nothing is.
std::string Objection(const FetchHead& head) {
  if (head.status < kFirstStatus || head.status > kLastStatus) return StrCat("its status is ", head.status);
  if (!IsHeaderValue(head.reason)) return "its reason phrase has control characters";
  size_t bytes = 0;
  for (const auto& [name, value] : head.headers) {
    if (!IsHttpToken(name)) return "the name of a header is no token";
    if (!IsHeaderValue(value)) return StrCat("the header ", name, " has control characters");
    bytes += name.size() + value.size();
  }
  if (bytes > HttpExchange::kMaxResponseHeaderBytes) return "its headers are too long";
  return "";
}

// Moves what the function may say into the response's head.
HttpResponseHead TakeHead(FetchHead& head, bool is_head_request, const HeaderList& own) {
  HttpResponseHead out;
  out.status = static_cast<int>(head.status);
  out.reason = std::move(head.reason);
  out.no_body = is_head_request || HasNoBody(head.status);
  out.headers.reserve(head.headers.size() + own.size());
  for (auto& [name, value] : head.headers) {
    if (is_head_request && EqualsIgnoreCase(name, "content-length")) {
      uint64_t length = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
      if (error == std::errc() && end == value.data() + value.size()) out.content_length = length;
    }
    if (!HttpExchange::IsKept(name)) continue;
    out.headers.emplace_back(std::move(name), std::move(value));
  }
  out.headers.insert(out.headers.end(), own.begin(), own.end());
  if (!out.no_body && !head.more) out.content_length = head.body.size();
  return out;
}

}  // namespace

asio::awaitable<HttpExchange::Result> FetchExchange::Run(const HttpRequestHead& head, std::string_view request_id,
                                                         std::string body) {
  const FetchCall call{request_id, head.method, head.target, head.headers, body};
  call_ = instance_->Fetch(call, shared_from_this());
  while (!head_.has_value() && !broken_off_) co_await changed_.Wait();
  if (head_.has_value()) {
    co_await Deliver(head.method == "HEAD");
  } else {
    End(HttpExchange::End::kConnectionLost);
  }
  co_return std::move(result_);
}

void FetchExchange::BreakOff() {
  broken_off_ = true;
  changed_.Wake();
}

void FetchExchange::OnHead(FetchHead head) {
  result_.logged = head.logged;
  head_ = std::move(head);
  changed_.Wake();
}

void FetchExchange::OnPiece(std::string bytes, bool last, bool broken) {
  pieces_.push_back({std::move(bytes), last, broken});
  changed_.Wake();
}

asio::awaitable<void> FetchExchange::Deliver(bool is_head_request) {
  if (head_->failure.has_value()) {
    result_.failure = std::move(head_->failure);
    co_return End(HttpExchange::End::kFunctionError);
  }
  if (std::string objection = Objection(*head_); !objection.empty()) {
    co_return End(HttpExchange::End::kInvalidResponse, std::move(objection));
  }
  if (head_->body.size() > limit_) co_return End(HttpExchange::End::kResponseTooLarge);
  HttpResponseHead head = TakeHead(*head_, is_head_request, options_.response_headers);
  head.more_follows = !head_->more;
  result_.started = true;
  if (!head_->more) {
    const std::string_view body = head.no_body ? std::string_view() : head_->body;
    if (!(co_await sink_.Whole(head, body)).ok()) End(HttpExchange::End::kClientGone);
    co_return;
  }
  if (!(co_await sink_.Start(head)).ok()) co_return End(HttpExchange::End::kClientGone);
  co_await DeliverPieces();
  if (result_.end != HttpExchange::End::kComplete) co_return;
  if (!(co_await sink_.Finish()).ok()) End(HttpExchange::End::kClientGone);
}

asio::awaitable<void> FetchExchange::DeliverPieces() {
  uint64_t total = 0;
  uint64_t credited = 0;
  while (true) {
    // What an instance said before it ended still counts.
    while (pieces_.empty() && !broken_off_) co_await changed_.Wait();
    if (pieces_.empty()) co_return End(HttpExchange::End::kConnectionLost);
    const Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    total += piece.bytes.size();
    if (total > limit_) co_return End(HttpExchange::End::kResponseTooLarge);
    if (!piece.bytes.empty() && !(co_await sink_.Write(piece.bytes)).ok()) {
      co_return End(HttpExchange::End::kClientGone);
    }
    if (piece.broken) co_return End(HttpExchange::End::kBrokenOff);
    if (piece.last) co_return;
    if (total - credited >= kFetchWindow / 4) {
      credited = total;
      instance_->CreditFetch(call_, credited);
    }
  }
}

void FetchExchange::End(HttpExchange::End end, std::string error) {
  result_.end = end;
  result_.error = std::move(error);
  // Without effect if its response was complete.
  instance_->CancelFetch(call_);
}

}  // namespace hearth
