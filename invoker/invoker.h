#pragma once

// Runs functions: finds the instance, carries the request to it over the right lane, enforces what is the invoker's to
// enforce, and says how it ended. Every way into hearth (HTTP, gRPC, the AWS endpoint) ends here.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "invoker/admission.h"
#include "invoker/http_exchange.h"
#include "invoker/http_message.h"
#include "invoker/outcome.h"
#include "isolate_pool/pool/pool.h"

namespace hearth {

// Lets a caller give up an invocation. Core's thread only.
class CancelToken {
 public:
  void Cancel() {
    cancelled_ = true;
    if (auto callback = std::exchange(callback_, nullptr)) callback();
  }
  bool cancelled() const { return cancelled_; }
  // Replaces the callback; nullptr removes it.
  void OnCancel(std::function<void()> callback) { callback_ = std::move(callback); }

 private:
  bool cancelled_ = false;
  std::function<void()> callback_;
};

struct InvokeOptions {
  // Generated if empty.
  std::string request_id;
  // The caller's deadline; the sooner of it and limits.timeout holds.
  std::optional<std::chrono::steady_clock::time_point> deadline;
  // May be null. Must outlive the invocation.
  CancelToken* cancel = nullptr;
  bool log_tail = false;
  // Tell the phases in the head of an HTTP function's answer (report_header.h).
  bool report_header = false;
  // Fill the report's peak_memory_bytes also for warm invocations; costs a read of /proc.
  bool peak_memory = true;
};

struct InvocationResult {
  Outcome outcome = Outcome::kInternal;
  std::string payload;    // event lane: the result as JSON
  InvocationError error;  // unless outcome is kOk
  InvocationReport report;
  std::string log_tail;  // if asked for
};

// Told of every invocation that ended, rejected ones included. Core's thread.
class InvocationObserver {
 public:
  virtual ~InvocationObserver() = default;
  virtual void OnInvocation(const InvocationReport& report) = 0;
};

// Used on the core's thread only; coroutines run on the context's executor.
class Invoker {
 public:
  // None is owned; all must outlive the invoker. `observer` may be null.
  Invoker(boost::asio::io_context& context, Pool& pool, InvocationObserver* observer);

  boost::asio::io_context& context() { return context_; }
  Pool& pool() { return pool_; }
  Admission& admission() { return admission_; }
  // Invocations that instances are working on.
  size_t running() const { return running_; }

  // Runs a `lambda` function with one event. An event that is not JSON gives kInvalidRequest.
  boost::asio::awaitable<InvocationResult> InvokeEvent(std::string function, std::string payload,
                                                       std::string client_context, InvokeOptions options);

  // Runs an HTTP function. If the function gave no answer, nothing was sent to `sink` and the result says why;
  // the caller then answers. `response_started` tells which. Source and sink must outlive the call.
  struct HttpResult : InvocationResult {
    bool response_started = false;
  };
  boost::asio::awaitable<HttpResult> InvokeHttp(std::string function, HttpRequestHead head, BodySource& body,
                                                ResponseSink& sink, InvokeOptions options);

  // Starts an instance of the function, unless there is one, so that its kind and its errors are known.
  // Ok with the kind, or the error of its initialisation.
  boost::asio::awaitable<InvocationResult> Probe(std::string function, FunctionKind* kind);

  // The same for a request that needs the kind before it can be invoked: a failure is this invocation's, and reported.
  boost::asio::awaitable<InvocationResult> ResolveKind(std::string function, FunctionKind* kind);

  // Reports an invocation that was rejected before an instance was asked for.
  void ReportRejected(std::string function, Outcome outcome, InvocationError error, std::string request_id);

  // "no function named "x"; known: a, b, c"
  std::string UnknownFunction(std::string_view name) const;

 private:
  class Invocation;

  boost::asio::awaitable<void> RunEvent(Invocation& invocation, std::string payload, std::string client_context,
                                        InvocationResult& result);
  // What both lanes of HTTP functions are given. Refers to what outlives the run.
  struct Lane {
    const HttpRequestHead& head;
    BodySource& body;
    ResponseSink& sink;
    uint64_t response_limit;
    const HttpExchange::Options& options;
  };
  boost::asio::awaitable<void> RunFetchLane(Invocation& invocation, const Lane& lane, HttpResult& result);
  boost::asio::awaitable<void> RunHttpLane(Invocation& invocation, const Lane& lane, HttpResult& result);
  // Makes the result of how the exchange ended.
  static boost::asio::awaitable<void> Conclude(Invocation& invocation, const Lane& lane, HttpExchange::Result end,
                                               HttpResult& result);
  boost::asio::awaitable<void> RunHttp(Invocation& invocation, const HttpRequestHead& head, BodySource& body,
                                       ResponseSink& sink, HttpResult& result);

  boost::asio::io_context& context_;
  Pool& pool_;
  InvocationObserver* const observer_;
  Admission admission_;
  size_t running_ = 0;
};

// A random UUID (version 4), as text.
std::string NewRequestId();

}  // namespace hearth
