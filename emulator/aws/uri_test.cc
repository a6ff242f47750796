#include "emulator/aws/uri.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(UriTest, SplitsAtTheFirstQuestionMark) {
  EXPECT_EQ(SplitTarget("/a?b=?").path, "/a");
  EXPECT_EQ(SplitTarget("/a?b=?").query, "b=?");
  EXPECT_EQ(SplitTarget("/a").query, "");
}

TEST(UriTest, PercentDecode) {
  EXPECT_EQ(PercentDecode("arn%3Aaws%3alambda"), "arn:aws:lambda");
  EXPECT_EQ(PercentDecode("a+b"), "a+b");
  EXPECT_EQ(PercentDecode("a+b", true), "a b");
  EXPECT_EQ(PercentDecode("%"), std::nullopt);
  EXPECT_EQ(PercentDecode("%4"), std::nullopt);
  EXPECT_EQ(PercentDecode("%zz"), std::nullopt);
  EXPECT_EQ(PercentDecode("%00")->size(), 1u);
}

TEST(UriTest, ParseQuery) {
  EXPECT_THAT(ParseQuery("a=1&b&&c=%20x&a=2=3"),
              ElementsAre(Pair("a", "1"), Pair("b", ""), Pair("c", " x"), Pair("a", "2=3")));
  EXPECT_THAT(ParseQuery("a=%zz"), ElementsAre(Pair("a", "%zz")));
  EXPECT_THAT(ParseQuery(""), ElementsAre());
}

}  // namespace
}  // namespace hearth
