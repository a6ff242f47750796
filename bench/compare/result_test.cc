#include "bench/compare/result.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kResult = R"({
  "schema": "hearth.bench/1",
  "groups": {"all": {"n": 3, "latency": {"p50": 1.5}, "histogram": [[1, 1], [2.5, 2]]}, "cold": {"n": 0}},
  "series": {"interval_s": 1, "t": [0, 1], "rate": [1, 2], "p50": [null, 1.5], "instances": {"ready": [1, 1]}},
  "scenario": {"rate": null, "arrivals": null}, "later": {"versions": ["add", "members"]}
})";

std::string ErrorOf(std::string_view text) {
  const absl::StatusOr<json::value> result = ParseResult(text, "x.json");
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(result.status().message());
}

// With the member at the path (dots) replaced.
std::string ErrorWith(std::string_view path, json::value value) {
  json::value result = json::parse(json::string_view(kResult.data(), kResult.size()));
  json::value* at = &result;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    at = &at->as_object()[json::string_view(path.data() + begin, end - begin)];
    if (end < path.size() && at->is_null()) *at = json::object();
    begin = end + 1;
  }
  *at = std::move(value);
  return ErrorOf(json::serialize(result));
}

TEST(ResultTest, ReadsWhatIsThere) {
  const absl::StatusOr<json::value> result = ParseResult(kResult, "x.json");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(FindNumber(*result, {"groups", "all", "latency", "p50"}), 1.5);
  EXPECT_EQ(FindNumber(*result, {"groups", "warm", "latency", "p50"}), std::nullopt);
  EXPECT_EQ(FindNumber(*result, {"scenario", "rate"}), std::nullopt);
  EXPECT_EQ(FindNumber(*result, {"schema", "of", "text"}), std::nullopt);
  EXPECT_EQ(Find(*result, {"scenario", "arrivals"}), nullptr);
  EXPECT_NE(Find(*result, {"groups"}), nullptr);
}

TEST(ResultTest, NoJson) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("\"x.json\" holds no JSON"));
  EXPECT_THAT(ErrorOf("{\"schema\": \"hearth.bench/1\""), HasSubstr("holds no JSON"));
  EXPECT_THAT(ErrorOf("GROUP  p50\n"), HasSubstr("holds no JSON"));
  EXPECT_THAT(ErrorOf(std::string(100, '[')), HasSubstr("holds no JSON"));
  EXPECT_THAT(ErrorOf("{\"a\": \"\xff\"}"), HasSubstr("holds no JSON"));
}

TEST(ResultTest, ForeignJson) {
  EXPECT_EQ(ErrorOf("[]"), "\"x.json\" is no result of `hearth bench --json`: it holds no JSON object");
  EXPECT_EQ(ErrorOf("{}"), "\"x.json\" is no result of `hearth bench --json`: it has no member \"schema\"");
  EXPECT_EQ(ErrorOf(R"({"schema": 1})"),
            "\"x.json\" is no result of `hearth bench --json`: it has no member \"schema\"");
  EXPECT_EQ(ErrorOf(R"({"schema": "hearth.bench/2"})"),
            "\"x.json\" has the schema \"hearth.bench/2\"; this hearth reads \"hearth.bench/1\"");
  EXPECT_EQ(ErrorOf(R"({"schema": "hearth.bench/1"})"), "\"x.json\" has no member groups.all");
}

TEST(ResultTest, ErrorsNameTheMember) {
  EXPECT_EQ(ErrorWith("groups", 1), "\"x.json\": groups must be an object");
  EXPECT_EQ(ErrorWith("groups.all", "x"), "\"x.json\": groups.all must be an object");
  EXPECT_EQ(ErrorWith("groups.all.n", -1), "\"x.json\": groups.all.n must be a whole number of 0 or more");
  EXPECT_EQ(ErrorWith("groups.all.n", 1.5), "\"x.json\": groups.all.n must be a whole number of 0 or more");
  EXPECT_EQ(ErrorWith("groups.all.n", nullptr), "\"x.json\": groups.all has no member n");
  EXPECT_EQ(ErrorWith("groups.all.latency.p50", "1 ms"),
            "\"x.json\": groups.all.latency.p50 must be a number of 0 or more");
  EXPECT_EQ(ErrorWith("groups.all.phases.run.mean", true),
            "\"x.json\": groups.all.phases.run.mean must be a number of 0 or more");
  EXPECT_EQ(ErrorWith("groups.all.starts.warm", "1"),
            "\"x.json\": groups.all.starts.warm must be a whole number of 0 or more");
  EXPECT_EQ(ErrorWith("outcomes.ok", -1), "\"x.json\": outcomes.ok must be a whole number of 0 or more");
  EXPECT_EQ(ErrorWith("command", json::array{1}), "\"x.json\": command must be an array of strings");
  EXPECT_EQ(ErrorWith("target.url", 1), "\"x.json\": target.url must be a string");
  EXPECT_EQ(ErrorWith("target.server", 1), "\"x.json\": target.server must be an object");
  EXPECT_EQ(ErrorWith("generator.saturated", 0), "\"x.json\": generator.saturated must be true or false");
  EXPECT_EQ(ErrorWith("errors", json::array{{{"message", 1}}}),
            "\"x.json\": errors must be an array of {\"outcome\", \"message\", \"count\"}");
  EXPECT_EQ(ErrorWith("errors", json::array{"x"}),
            "\"x.json\": errors must be an array of {\"outcome\", \"message\", \"count\"}");
}

TEST(ResultTest, Histograms) {
  const std::string wanted =
      "\"x.json\": groups.all.histogram must be an array of [upper bound, count] in ascending order";
  using Row = json::array;
  EXPECT_EQ(ErrorWith("groups.all.histogram", Row{Row{2, 1}, Row{1, 2}}), wanted);
  EXPECT_EQ(ErrorWith("groups.all.histogram", Row{Row{1, 1}, Row{1, 2}}), wanted);
  EXPECT_EQ(ErrorWith("groups.all.histogram", Row{Row{1, 1, 1}}), wanted);
  EXPECT_EQ(ErrorWith("groups.all.histogram", Row{Row{1, -1}}), wanted);
  EXPECT_EQ(ErrorWith("groups.all.histogram", Row{Row{1, 0.5}}), wanted);
  EXPECT_EQ(ErrorWith("groups.all.histogram", Row{1}), wanted);
  EXPECT_EQ(ErrorWith("groups.all.histogram", 1), wanted);
  EXPECT_EQ(ErrorWith("groups.all.histogram", Row{Row{1, 1}}),
            "\"x.json\": groups.all has n = 3, but its histogram counts 1");
}

TEST(ResultTest, ColumnsAreAsLongAsTheTimes) {
  EXPECT_EQ(ErrorWith("series.p50", json::array{1}), "\"x.json\": series.p50 has 1 values, but series.t has 2");
  EXPECT_EQ(ErrorWith("series.instances.ready", json::array{1, 2, 3}),
            "\"x.json\": series.instances.ready has 3 values, but series.t has 2");
  EXPECT_EQ(ErrorWith("series.rate", json::array{1, "x"}),
            "\"x.json\": series.rate must be an array of numbers of 0 or more, or null");
  EXPECT_EQ(ErrorWith("series.t", json::array{0, nullptr}), "\"x.json\": series.t must not hold null");
  EXPECT_EQ(ErrorWith("series.t", nullptr), "\"x.json\": series has no member t");
}

TEST(ResultTest, NamesOfMembersCannotDriveTheTerminal) {
  EXPECT_EQ(ErrorWith("outcomes.\x1b[2J", "x"), "\"x.json\": outcomes.?[2J must be a whole number of 0 or more");
  EXPECT_THAT(ErrorWith("outcomes." + std::string(1000, 'a'), "x").size(), testing::Lt(200));
}

TEST(ResultTest, Files) {
  const std::filesystem::path folder = std::filesystem::path(std::getenv("TEST_TMPDIR"));
  const std::string path = folder / "result.json";
  std::ofstream(path) << kResult;
  EXPECT_TRUE(ReadResult(path).ok());
  EXPECT_EQ(ReadResult(folder / "none.json").status(),
            absl::NotFoundError("there is no file \"" + (folder / "none.json").string() + "\""));
  const absl::Status folder_status = ReadResult(folder).status();
  EXPECT_EQ(folder_status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(folder_status.message()), AllOf(HasSubstr("is a folder"), HasSubstr(folder.string())));
}

}  // namespace
}  // namespace hearth::bench
