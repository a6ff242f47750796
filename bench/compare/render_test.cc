#include "bench/compare/render.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

Comparison Sample() {
  Comparison comparison;
  comparison.warnings = {"different seed: 1 in A, 2 in B"};
  comparison.metrics = {{.group = "cold",
                         .name = "p50",
                         .a = 4.27,
                         .b = 3.91,
                         .change = Interval{-0.099, -0.069},
                         .verdict = Verdict::kBetter},
                        {.group = "cold", .name = "p99", .a = 20, .b = 15, .reason = "fewer than 500 requests"},
                        {.group = "run",
                         .name = "rate",
                         .unit = Unit::kPerSecond,
                         .a = 1234.5,
                         .b = 1235,
                         .change = Interval{-0.01, 0.012},
                         .verdict = Verdict::kSame},
                        {.group = "run",
                         .name = "not ok",
                         .unit = Unit::kShare,
                         .a = 0,
                         .b = 0.0018,
                         .change = Interval{0.0005, 0.0034},
                         .verdict = Verdict::kWorse}};
  return comparison;
}

const json::value kResultA = {{"started_at", "2026-11-28T11:00:00Z"},
                              {"hearth_version", "0.1.0"},
                              {"scenario", {{"name", "cold"}}},
                              {"target", {{"url", "http://localhost:8080/"}}}};
const json::value kResultB = json::object();

TEST(RenderTest, Text) {
  EXPECT_EQ(ComparisonText(Sample(), {"a.json", kResultA}, {"b.json", kResultB}, false),
            "A  a.json  2026-11-28T11:00:00Z  hearth 0.1.0  cold  http://localhost:8080/\n"
            "B  b.json\n"
            "warning: different seed: 1 in A, 2 in B\n"
            "\n"
            "GROUP  METRIC        A        B    CHANGE           INTERVAL  VERDICT\n"
            "cold   p50     4.27 ms  3.91 ms    -8.4 %     -9.9 to -6.9 %  better\n"
            "cold   p99     20.0 ms  15.0 ms   -25.0 %                     - fewer than 500 requests\n"
            "run    rate     1234/s   1235/s    +0.0 %     -1.0 to +1.2 %  same\n"
            "run    not ok      0 %  0.180 %  +0.18 pp  +0.05 to +0.34 pp  worse\n"
            "\n"
            "1 worse, 1 better, 1 the same; 95 % that all intervals hold\n");
}

TEST(RenderTest, Colours) {
  const std::string text = ComparisonText(Sample(), {"a.json", kResultA}, {"b.json", kResultB}, true);
  EXPECT_THAT(text, HasSubstr("\x1b[31mworse\x1b[0m\n"));
  EXPECT_THAT(text, HasSubstr("\x1b[32mbetter\x1b[0m\n"));
}

TEST(RenderTest, NothingInCommon) {
  const std::string text = ComparisonText({}, {"a.json", kResultA}, {"b.json", kResultB}, false);
  EXPECT_THAT(text, HasSubstr("nothing in common"));
}

TEST(RenderTest, TextsOfAFileCannotDriveTheTerminal) {
  const json::value hostile = {{"hearth_version", "\x1b[2J"}, {"scenario", {{"name", "a\nb"}}}};
  Comparison comparison = Sample();
  comparison.warnings = {"different seed: \x1b]0;x\x07 in A"};
  const std::string text = ComparisonText(comparison, {"\x1b.json", hostile}, {"b.json", kResultB}, false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, HasSubstr("a?b"));
}

TEST(RenderTest, Json) {
  const std::string text = ComparisonJson(Sample(), {"a.json", kResultA}, {"b\xff.json", kResultB});
  EXPECT_EQ(text.back(), '\n');
  const json::value object = json::parse(text);
  EXPECT_EQ(object.at("schema"), "hearth.compare/1");
  EXPECT_EQ(object.at("confidence"), 0.95);
  EXPECT_EQ(object.at("a").at("scenario"), kResultA.at("scenario"));
  EXPECT_EQ(object.at("b"), (json::value{{"file", "b\xef\xbf\xbd.json"}}));
  EXPECT_EQ(object.at("warnings"), json::array{"different seed: 1 in A, 2 in B"});
  EXPECT_EQ(object.at("metrics").at(1), (json::value{{"group", "cold"},
                                                     {"metric", "p99"},
                                                     {"unit", "ms"},
                                                     {"a", 20.0},
                                                     {"b", 15.0},
                                                     {"ratio", 0.75},
                                                     {"verdict", "not_judged"},
                                                     {"reason", "fewer than 500 requests"}}));
  const json::value& share = object.at("metrics").at(3);
  EXPECT_FALSE(share.as_object().contains("ratio"));
  EXPECT_EQ(share.at("change"), (json::array{0.0005, 0.0034}));
  EXPECT_EQ(share.at("verdict"), "worse");
}

}  // namespace
}  // namespace hearth::bench
