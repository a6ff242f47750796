#include "invoker/report_header.h"

#include "gtest/gtest.h"

namespace hearth {
namespace {

using std::chrono::microseconds;

TEST(ReportHeaderTest, AColdStart) {
  InvocationReport report;
  report.start = "template";
  report.instance = "hello-3";
  report.queue = microseconds(12);
  report.fork = microseconds(910);
  report.init = microseconds(1302);
  report.run = microseconds(411);
  EXPECT_EQ(ReportHeaderValue(report), "start=template;instance=hello-3;queue=0.012;fork=0.910;init=1.302;run=0.411");
}

TEST(ReportHeaderTest, AWarmInvocationHasNeitherForkNorInit) {
  InvocationReport report;
  report.start = "warm";
  report.instance = "hello-3";
  report.run = microseconds(1411);
  EXPECT_EQ(ReportHeaderValue(report), "start=warm;instance=hello-3;queue=0.000;run=1.411");
}

}  // namespace
}  // namespace hearth
