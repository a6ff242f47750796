#include "invoker/metrics.h"

#include <chrono>
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

// Starts nothing: its instances stay in the state "starting".
class IdleFactory : public InstanceFactory {
 public:
  std::shared_ptr<Instance> Start(std::shared_ptr<const FunctionSpec>, std::string,
                                  std::function<void(absl::Status)>) override {
    return nullptr;
  }
  void Forget(const std::string&) override {}
};

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() {
    auto spec = std::make_shared<FunctionSpec>();
    spec->name = "hello";
    pool_.Register(spec);
  }

  InvocationReport Report(Outcome outcome) {
    InvocationReport report;
    report.function = "hello";
    report.outcome = outcome;
    return report;
  }

  boost::asio::io_context context_;
  IdleFactory factory_;
  Pool pool_{context_, factory_};
  Metrics metrics_{&pool_, BuildInfo{"0.1.0", "26.10.0", "14.6"}};
};

TEST_F(MetricsTest, BuildInfo) {
  EXPECT_THAT(metrics_.Text(), HasSubstr("hearth_build_info{node=\"26.10.0\",v8=\"14.6\",version=\"0.1.0\"} 1\n"));
}

TEST_F(MetricsTest, CountsInvocationsByOutcome) {
  metrics_.OnInvocation(Report(Outcome::kOk));
  metrics_.OnInvocation(Report(Outcome::kOk));
  metrics_.OnInvocation(Report(Outcome::kTimeout));
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("hearth_invocations_total{function=\"hello\",outcome=\"ok\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("hearth_invocations_total{function=\"hello\",outcome=\"timeout\"} 1\n"));
}

TEST_F(MetricsTest, DurationIsQueueAndInitAndRun) {
  InvocationReport report = Report(Outcome::kOk);
  report.start = "zygote";
  report.queue = microseconds(500);
  report.init = milliseconds(2);
  report.run = milliseconds(1);
  report.cpu = milliseconds(250);
  metrics_.OnInvocation(report);
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("hearth_invocation_duration_seconds_count{function=\"hello\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("hearth_invocation_duration_seconds_bucket{function=\"hello\",le=\"0.0025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("hearth_invocation_duration_seconds_bucket{function=\"hello\",le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("hearth_queue_duration_seconds_bucket{function=\"hello\",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("hearth_init_duration_seconds_count{function=\"hello\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("hearth_cpu_seconds_total{function=\"hello\"} 0.25\n"));
}

TEST_F(MetricsTest, OnlyStartsAreCold) {
  InvocationReport report = Report(Outcome::kOk);
  report.start = "warm";
  metrics_.OnInvocation(report);
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("hearth_cold_starts_total{")));
  report.start = "zygote";
  metrics_.OnInvocation(report);
  EXPECT_THAT(metrics_.Text(), HasSubstr("hearth_cold_starts_total{function=\"hello\",start=\"zygote\"} 1\n"));
}

TEST_F(MetricsTest, RejectedInvocationsHaveNoDuration) {
  metrics_.OnInvocation(Report(Outcome::kOverloaded));
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("hearth_invocations_total{function=\"hello\",outcome=\"overloaded\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("hearth_invocation_duration_seconds_count{function=\"hello\"} 0\n"));
}

TEST_F(MetricsTest, UnknownNamesMakeNoSeries) {
  InvocationReport report = Report(Outcome::kNotFound);
  report.function = "../../etc/passwd";
  metrics_.OnInvocation(report);
  const std::string text = metrics_.Text();
  EXPECT_THAT(text, HasSubstr("hearth_invocations_total{function=\"\",outcome=\"not_found\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("passwd")));
}

TEST_F(MetricsTest, GaugesOfEveryFunctionAreThereAtOnce) {
  const std::string text = metrics_.Text();
  for (const char* state : {"starting", "ready", "busy", "draining"}) {
    EXPECT_THAT(text, HasSubstr(std::string("hearth_instances{function=\"hello\",state=\"") + state + "\"} 0\n"));
  }
  EXPECT_THAT(text, HasSubstr("hearth_queue_length{function=\"hello\"} 0\n"));
}

}  // namespace
}  // namespace hearth
