#include "isolate_pool/pool/log_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::Pair;
using namespace std::string_literals;

struct Lines {
  std::vector<std::pair<std::string, std::string>> seen;
  LogSplitter splitter{[this](std::string_view id, std::string_view text) { seen.emplace_back(id, text); }};
};

TEST(LogSplitterTest, MarkersAttributeTheLinesThatFollow) {
  Lines lines;
  lines.splitter.Append("boot\n\0Hone\0first\nsecond\n\0Htwo\0third\n\0H\0fourth\n"s);
  EXPECT_THAT(lines.seen, ElementsAre(Pair("", "boot"), Pair("one", "first"), Pair("one", "second"),
                                      Pair("two", "third"), Pair("", "fourth")));
}

TEST(LogSplitterTest, EveryFragmentationGivesTheSameLines) {
  const std::string stream = "\0Hone\0a\nb\0Htwo\0\nc\0x\n\n"s;
  Lines whole;
  whole.splitter.Append(stream);
  whole.splitter.Finish();
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    Lines cut_up;
    cut_up.splitter.Append(std::string_view(stream).substr(0, cut));
    for (char byte : stream.substr(cut)) cut_up.splitter.Append(std::string_view(&byte, 1));
    cut_up.splitter.Finish();
    EXPECT_EQ(cut_up.seen, whole.seen) << "cut at " << cut;
  }
}

TEST(LogSplitterTest, ALineIsCutAtItsLongest) {
  Lines lines;
  lines.splitter.Append(std::string(LogSplitter::kMaxLineBytes + 5, 'x') + "\n");
  ASSERT_EQ(lines.seen.size(), 2u);
  EXPECT_EQ(lines.seen[0].second.size(), LogSplitter::kMaxLineBytes);
  EXPECT_EQ(lines.seen[1].second, "xxxxx");
}

TEST(LogSplitterTest, AMarkerThatIsTooLongIsOutput) {
  Lines lines;
  const std::string output = "\0H"s + std::string(100, 'y') + "\n";
  lines.splitter.Append(output);
  ASSERT_EQ(lines.seen.size(), 1u);
  EXPECT_EQ(lines.seen[0].second, output.substr(0, output.size() - 1));
}

TEST(LogSplitterTest, TheRestIsALineAtTheEnd) {
  Lines lines;
  lines.splitter.Append("no newline");
  EXPECT_TRUE(lines.seen.empty());
  lines.splitter.Finish();
  EXPECT_THAT(lines.seen, ElementsAre(Pair("", "no newline")));
}

}  // namespace
}  // namespace hearth
