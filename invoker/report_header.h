#pragma once

// The phases of an invocation in its own HTTP answer, for a client that asks for them with a header of the same name:
//
//   x-hearth-report: start=template;instance=hello-3;queue=0.012;fork=0.910;init=1.302;run=0.411
//
// Milliseconds, as in hearth.v1.Report, but that `run` ends where the function's answer begins: what comes later cannot
// be in its head. `fork` and `init` are there after cold starts only.

#include <chrono>
#include <string>

#include "invoker/http_message.h"
#include "invoker/outcome.h"

namespace hearth {

inline constexpr std::string_view kReportHeader = "x-hearth-report";

std::string ReportHeaderValue(const InvocationReport& report);

// Adds the header to an answer on its way to `sink`. The run begins when this is made; `report` and `sink` outlive it.
class ReportingSink final : public ResponseSink {
 public:
  ReportingSink(const InvocationReport& report, ResponseSink& sink) : report_(report), sink_(sink) {}

  boost::asio::awaitable<absl::Status> Start(const HttpResponseHead& head) override;
  boost::asio::awaitable<absl::Status> Write(std::string_view bytes) override { return sink_.Write(bytes); }
  boost::asio::awaitable<absl::Status> Finish() override { return sink_.Finish(); }
  boost::asio::awaitable<absl::Status> Upgrade(const HttpResponseHead& head, std::string_view early,
                                               Instance::Connection& connection) override {
    return sink_.Upgrade(head, early, connection);
  }

 private:
  const InvocationReport& report_;
  ResponseSink& sink_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace hearth
