#include "cli/bench_fail_if.h"

#include "gtest/gtest.h"

namespace hearth {
namespace {

boost::json::object Result() {
  return boost::json::parse(R"({
    "n": 200, "rate": {"asked": 100, "achieved": 99.5},
    "outcomes": {"ok": 190, "throttled": 4, "timeout": 3, "function_error": 2, "error": 1},
    "groups": {
      "all": {"n": 190, "latency": {"min": 1, "mean": 2, "p50": 2, "p99": 9, "p99.9": 12, "max": 15}},
      "cold": {"n": 10, "latency": {"min": 4, "mean": 5, "p50": 5, "p99": 15, "p99.9": 15, "max": 15}},
      "warm": {"n": 0}}})")
      .as_object();
}

bool Met(const std::string& text) {
  const auto condition = ParseFailIf(text);
  EXPECT_TRUE(condition.ok()) << condition.status();
  return condition.ok() && CheckFailIf(*condition, Result()).met;
}

TEST(FailIfTest, Latencies) {
  EXPECT_TRUE(Met("cold.p99>10ms"));
  EXPECT_FALSE(Met("cold.p99>20ms"));
  EXPECT_FALSE(Met("p99 > 10 ms"));
  EXPECT_TRUE(Met("all.p99.9>=12ms"));
  EXPECT_TRUE(Met("p99.9<1s"));
  EXPECT_TRUE(Met("min>999us"));
  EXPECT_FALSE(Met("max!=15ms"));
  EXPECT_TRUE(Met("max==15ms"));
}

TEST(FailIfTest, Counts) {
  EXPECT_TRUE(Met("errors>2"));
  EXPECT_FALSE(Met("errors>3"));
  EXPECT_TRUE(Met("throttled==4"));
  EXPECT_TRUE(Met("timeouts>=3"));
  EXPECT_TRUE(Met("failed>=5%"));
  EXPECT_FALSE(Met("failed>5%"));
  EXPECT_TRUE(Met("rate<100"));
  EXPECT_TRUE(Met("cold.n<20"));
}

TEST(FailIfTest, AGroupWithoutARequestMeetsNothing) {
  EXPECT_FALSE(Met("warm.p50>0ms"));
  EXPECT_FALSE(Met("warm.p50<=0ms"));
  EXPECT_NE(CheckFailIf(*ParseFailIf("warm.p50>0ms"), Result()).text.find("no request"), std::string::npos);
}

TEST(FailIfTest, SaysWhatItIs) {
  EXPECT_EQ(CheckFailIf(*ParseFailIf("cold.p99>10ms"), Result()).text, "cold.p99>10ms: it is 15 ms");
  EXPECT_EQ(CheckFailIf(*ParseFailIf("failed>1%"), Result()).text, "failed>1%: it is 5 %");
}

TEST(FailIfTest, MistakesAreNamed) {
  const std::pair<const char*, const char*> mistakes[] = {{"cold.p98>10ms", "no metric is named \"p98\""},
                                                          {"colt.p99>10ms", "did you mean \"cold\"?"},
                                                          {"eror>1", "did you mean \"errors\"?"},
                                                          {"p99>10", "has the unit"},
                                                          {"p99>10m", "has the unit"},
                                                          {"p99>x", "is no number"},
                                                          {"p99>-1ms", "is no number"},
                                                          {"p99", "it has none of"},
                                                          {"cold.errors>1", "without a group"},
                                                          {"rate>1%", "no share"},
                                                          {"errors>1ms", "no unit"}};
  for (const auto& [text, message] : mistakes) {
    const auto condition = ParseFailIf(text);
    ASSERT_FALSE(condition.ok()) << text;
    EXPECT_NE(condition.status().message().find(message), absl::string_view::npos) << condition.status();
  }
}

}  // namespace
}  // namespace hearth
