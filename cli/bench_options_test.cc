#include "cli/bench_options.h"

#include <fstream>

#include "gtest/gtest.h"

namespace hearth {
namespace {

BenchPlan Plan(const BenchArguments& arguments) {
  const auto plan = MakeBenchPlan(arguments);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? *plan : BenchPlan();
}

void ExpectRefused(const BenchArguments& arguments, std::string_view message) {
  const auto plan = MakeBenchPlan(arguments);
  ASSERT_FALSE(plan.ok()) << message;
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(plan.status().message()).find(message), std::string::npos) << plan.status();
}

TEST(BenchOptionsTest, Defaults) {
  const BenchPlan plan = Plan({});
  EXPECT_EQ(plan.scenario, Scenario::kWarm);
  EXPECT_EQ(plan.loop, BenchPlan::Loop::kOpen);
  EXPECT_FALSE(plan.poisson);
  EXPECT_EQ(plan.rate, 100);
  EXPECT_EQ(plan.duration, 10 * load::kSecond);
  EXPECT_EQ(plan.warmup, load::kSecond);
  EXPECT_EQ(plan.timeout, 30 * load::kSecond);
  EXPECT_FALSE(plan.cold);
}

TEST(BenchOptionsTest, EveryScenarioHasItsLoop) {
  EXPECT_EQ(Plan({.scenario = "warm", .closed = true}).connections, 32u);
  EXPECT_EQ(Plan({.scenario = "cold"}).loop, BenchPlan::Loop::kRounds);
  EXPECT_TRUE(Plan({.scenario = "cold"}).cold);
  EXPECT_EQ(Plan({.scenario = "cold"}).count, 100u);
  EXPECT_EQ(Plan({.scenario = "cold", .duration = "5s"}).count, 0u);
  EXPECT_EQ(Plan({.scenario = "burst", .burst = 7}).round_size, 7u);
  EXPECT_EQ(Plan({.scenario = "burst", .burst = 7}).connections, 7u);
  EXPECT_EQ(Plan({.scenario = "sequential"}).connections, 1u);
  EXPECT_EQ(Plan({.scenario = "scale-to-zero", .gap = "5m"}).gap, 300 * load::kSecond);
  EXPECT_FALSE(Plan({.scenario = "scale-to-zero"}).cold);
  EXPECT_EQ(Plan({.scenario = "ramp", .rate = 500, .rate_from = 5}).rate_from, 5);
  EXPECT_TRUE(Plan({.scenario = "mixed", .arrivals = "poisson", .zipf = 1.2}).poisson);
}

TEST(BenchOptionsTest, ACountReplacesTheDuration) {
  const BenchPlan plan = Plan({.count = 5});
  EXPECT_EQ(plan.count, 5u);
  EXPECT_EQ(plan.duration, 0);
}

TEST(BenchOptionsTest, FlagsOfAnotherScenarioAreRefusedByName) {
  ExpectRefused({.scenario = "cold", .rate = 5},
                "--rate makes no sense with --scenario cold: it is for warm, ramp, mixed");
  ExpectRefused({.scenario = "cold", .connections = 5}, "`burst` starts many at once");
  ExpectRefused({.scenario = "ramp", .closed = true}, "--closed");
  ExpectRefused({.scenario = "warm", .gap = "1s"}, "--gap");
  ExpectRefused({.scenario = "warm", .burst = 5}, "--burst");
  ExpectRefused({.scenario = "trace", .duration = "1s", .trace = "x"}, "--duration");
  ExpectRefused({.scenario = "warm", .trace = "x"}, "--trace");
  ExpectRefused({.scenario = "warm", .zipf = 1}, "--zipf");
  ExpectRefused({.scenario = "warm", .cold_command = "x"}, "--cold-command");
}

TEST(BenchOptionsTest, ContradictionsAreRefused) {
  ExpectRefused({.closed = true, .rate = 5}, "--closed and --rate");
  ExpectRefused({.closed = true, .arrivals = "poisson"}, "--closed and --arrivals");
  ExpectRefused({.duration = "1s", .count = 5}, "--duration and --count");
  ExpectRefused({.data = "x", .data_file = "y"}, "--data and --data-file");
  ExpectRefused({.scenario = "cold", .cold_command = "x", .cold_templates = "drop"}, "--cold-command and");
}

TEST(BenchOptionsTest, ValuesOutOfRangeAreRefused) {
  ExpectRefused({.scenario = "hot"}, "none of cold, warm, burst");
  ExpectRefused({.rate = 0}, "--rate");
  ExpectRefused({.rate = -5}, "--rate");
  ExpectRefused({.count = 0}, "--count");
  ExpectRefused({.connections = 0}, "--connections");
  ExpectRefused({.duration = "0s"}, "--duration");
  ExpectRefused({.duration = "3"}, "--duration: \"3\" has no unit");
  ExpectRefused({.arrivals = "uniform"}, "--arrivals");
  ExpectRefused({.scenario = "trace"}, "needs --trace");
  ExpectRefused({.scenario = "trace", .trace = "/nowhere"}, "cannot read \"/nowhere\"");
}

TEST(BenchOptionsTest, ATraceIsRead) {
  const std::string path = testing::TempDir() + "/trace.csv";
  std::ofstream(path) << "seconds,function\n0,a\n2,b\n";
  const BenchPlan plan = Plan({.scenario = "trace", .trace = path, .speed = 2});
  EXPECT_EQ(plan.trace.functions, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(plan.trace.arrivals[1].at, load::kSecond);
  EXPECT_EQ(plan.duration, 0);
}

TEST(BenchOptionsTest, Headers) {
  const auto header = ParseHeader("X-Name:  a value");
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->first, "X-Name");
  EXPECT_EQ(header->second, "a value");
  EXPECT_TRUE(ParseHeader("Empty:").ok());
  for (const char* text : {"none", ": x", "a b: c", "a: b\r\nc: d"}) EXPECT_FALSE(ParseHeader(text).ok()) << text;
}

}  // namespace
}  // namespace hearth
