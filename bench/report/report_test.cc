#include "bench/report/report.h"

#include <string>

#include <boost/json.hpp>

#include "bench/report/page.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kOpen = R"(<script type="application/json" id="result">)";
constexpr std::string_view kClose = "</script>";

size_t Count(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

// What a browser takes as the content of the JSON's element.
std::string_view EmbeddedJson(std::string_view page) {
  const size_t begin = page.find(kOpen) + kOpen.size();
  return page.substr(begin, page.find(kClose, begin) - begin);
}

TEST(ReportTest, ThePageHasOnePlaceForTheResult) {
  EXPECT_EQ(Count(kReportPage, "{{"), Count(kReportPage, "{{RESULT}}"));
  EXPECT_EQ(Count(kReportPage, "{{RESULT}}"), 1u);
}

TEST(ReportTest, ThePageNamesNoOtherFile) {
  EXPECT_THAT(std::string(kReportPage), Not(HasSubstr("src=")));
  EXPECT_EQ(Count(kReportPage, "<link"), 1u);
  EXPECT_THAT(std::string(kReportPage), HasSubstr(R"(<link rel="icon" href="data:,">)"));
  EXPECT_EQ(Count(kReportPage, "url("), 0u);
  EXPECT_EQ(Count(kReportPage, "@import"), 0u);
}

TEST(ReportTest, OnlyHashedScriptAndStyleRun) {
  const std::string page(kReportPage);
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, HasSubstr("; style-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-")));
}

TEST(ReportTest, HostileTextsStayInTheirElement) {
  const json::value result = {
      {"schema", "hearth.bench/1"},
      {"errors",
       {"</script><script>alert(1)</script>", "</SCRIPT ", "<!--<script>", "]]>", "&lt;/script&gt;",
        "\xe2\x80\xa8\xe2\x80\xa9", "{{RESULT}}", "\"\\\"</script>", std::string("\0\x1b", 2)}},
      {"</script>", 1}};
  const std::string page = RenderReport(result);
  const std::string_view embedded = EmbeddedJson(page);
  EXPECT_EQ(embedded.find_first_of("<>&"), std::string_view::npos);
  EXPECT_EQ(embedded.find("\xe2\x80\xa8"), std::string_view::npos);
  EXPECT_EQ(embedded.find("\xe2\x80\xa9"), std::string_view::npos);
  EXPECT_EQ(json::parse(json::string_view(embedded.data(), embedded.size())), result);
  EXPECT_EQ(Count(page, kClose), Count(kReportPage, kClose));
}

TEST(ReportTest, BytesThatAreNoUtf8AreReplaced) {
  const json::value result = {{"message", "a\xff\xfe z\xc0\xaf"}};
  const std::string text = JsonForHtml(result);
  EXPECT_EQ(text, "{\"message\":\"a\xef\xbf\xbd\xef\xbf\xbd z\xef\xbf\xbd\xef\xbf\xbd\"}");
}

TEST(ReportTest, NumbersAreKept) {
  const json::value result = {{"n", 9007199254740991}, {"p50", 0.123456789}, {"p99", nullptr}};
  EXPECT_EQ(json::parse(JsonForHtml(result)), result);
}

}  // namespace
}  // namespace hearth::bench
