#include "base/utf8.h"

#include "gtest/gtest.h"

namespace hearth {
namespace {

TEST(Utf8Test, KeepsWhatIsWellFormed) {
  for (const char* text : {"", "abc", "\u00e4", "\u20ac", "\U0001f525", "\U0010ffff", "\uffff"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
    EXPECT_EQ(ValidUtf8(text), text);
  }
}

TEST(Utf8Test, ReplacesTheRest) {
  EXPECT_EQ(ValidUtf8("a\xff"
                      "b"),
            "a\ufffdb");
  EXPECT_EQ(ValidUtf8("\xe2\x82"), "\ufffd\ufffd");
  for (const char* text :
       {"\x80", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(Utf8Test, ZeroBytesAreText) { EXPECT_TRUE(IsUtf8(std::string_view("a\0b", 3))); }

}  // namespace
}  // namespace hearth
