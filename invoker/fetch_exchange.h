#pragma once

// One request and its response over the fetch lane: the channel of an instance, no connection of its own.
//
//   const auto exchange = std::make_shared<FetchExchange>(instance, sink, limit, options);
//   …                                                    // whoever knows better may call exchange->BreakOff()
//   HttpExchange::Result result = co_await exchange->Run(head, request_id, body);

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "invoker/http_exchange.h"
#include "invoker/http_message.h"
#include "invoker/one_shot.h"
#include "isolate_pool/channel/fetch_window.h"
#include "isolate_pool/pool/instance.h"

namespace hearth {

// Core's thread only. Holds at most twice kFetchWindow of a response at a time.
class FetchExchange final : public FetchListener, public std::enable_shared_from_this<FetchExchange> {
 public:
  // Whether this request can go over the fetch lane; else it takes a connection.
  static bool Takes(FunctionKind kind, const HttpRequestHead& head) {
    return kind == FunctionKind::kFetch && head.upgrade.empty() && head.content_length.has_value() &&
           *head.content_length <= kFetchInlineBody;
  }

  // `sink` and `options` must outlive the run. `response_limit` in bytes of body.
  FetchExchange(std::shared_ptr<Instance> instance, ResponseSink& sink, uint64_t response_limit,
                const HttpExchange::Options& options)
      : instance_(std::move(instance)), sink_(sink), limit_(response_limit), options_(options) {}

  boost::asio::awaitable<HttpExchange::Result> Run(const HttpRequestHead& head, std::string_view request_id,
                                                   std::string body);
  // Nobody waits for the answer any more, or there will be none: Run ends with kConnectionLost.
  void BreakOff();

  void OnHead(FetchHead head) override;
  void OnPiece(std::string bytes, bool last, bool broken) override;

 private:
  struct Piece {
    std::string bytes;
    bool last = false;
    bool broken = false;
  };

  boost::asio::awaitable<void> Deliver(bool is_head_request);
  boost::asio::awaitable<void> DeliverPieces();
  // Ends the exchange so, and what the instance still does for it.
  void End(HttpExchange::End end, std::string error = "");

  const std::shared_ptr<Instance> instance_;
  ResponseSink& sink_;
  const uint64_t limit_;
  const HttpExchange::Options& options_;
  uint64_t call_ = 0;
  std::optional<FetchHead> head_;
  std::deque<Piece> pieces_;
  bool broken_off_ = false;
  WakeUp changed_;
  HttpExchange::Result result_;
};

}  // namespace hearth
