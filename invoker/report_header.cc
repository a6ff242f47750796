#include "invoker/report_header.h"

#include <cstdio>

#include "base/strings.h"

namespace hearth {
namespace {

std::string Milliseconds(std::chrono::nanoseconds time) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double, std::milli>(time).count());
  return text;
}

}  // namespace

std::string ReportHeaderValue(const InvocationReport& report) {
  std::string value =
      StrCat("start=", report.start, ";instance=", report.instance, ";queue=", Milliseconds(report.queue));
  if (report.init.count() > 0) {
    StrAppend(&value, ";fork=", Milliseconds(report.fork), ";init=", Milliseconds(report.init));
  }
  StrAppend(&value, ";run=", Milliseconds(report.run));
  return value;
}

boost::asio::awaitable<absl::Status> ReportingSink::Start(const HttpResponseHead& head) {
  InvocationReport report = report_;
  report.run = std::chrono::steady_clock::now() - begin_;
  HttpResponseHead reported = head;
  reported.headers.emplace_back(kReportHeader, ReportHeaderValue(report));
  co_return co_await sink_.Start(reported);
}

}  // namespace hearth
