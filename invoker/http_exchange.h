#pragma once

// One request and its response over one connection of the HTTP lane.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "invoker/http_message.h"
#include "isolate_pool/pool/instance.h"

namespace hearth {

class HttpExchange {
 public:
  enum class End {
    kComplete,          // the whole response was delivered
    kConnectionLost,    // the instance's end broke off; its exit, if it ended, says why
    kInvalidResponse,   // what came is not HTTP; `error`
    kResponseTooLarge,  // longer than the limit
    kRequestFailed,     // the body source failed; `request_status`
    kClientGone,        // the sink failed
    kFunctionError,     // a fetch handler threw; `failure`, or in `error` the runtime's JSON {type, message, stack}
    kBrokenOff,         // the function did not end the body that it had begun
  };
  struct Result {
    End end = End::kComplete;
    bool started = false;   // the sink has the response's head
    bool reusable = false;  // the connection is between two requests
    bool logged = true;     // unless it is known that nothing was
    std::string error;
    std::optional<Failure> failure;
    absl::Status request_status;
  };

  struct Options {
    // Added to the response's head: what hearth says about the invocation.
    HeaderList response_headers;
    std::function<void()> on_upgrade;  // the function switched protocols; what follows has no end in sight
  };

  // A response's head that is longer is no answer.
  static constexpr uint32_t kMaxResponseHeaderBytes = 256 << 10;

  // Whether a header of the function's goes on to the client: neither those of a connection nor hearth's own do.
  static bool IsKept(std::string_view name);

  // Runs the exchange. Everything must outlive the call. To break it off, close `connection` and abort `body`.
  static boost::asio::awaitable<Result> Run(Instance::Connection& connection, const HttpRequestHead& head,
                                            std::string_view request_id, BodySource& body, ResponseSink& sink,
                                            uint64_t response_limit, const Options& options);
};

}  // namespace hearth
