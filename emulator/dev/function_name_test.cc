#include "emulator/dev/function_name.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(FunctionNameTest, Accepts) {
  for (const std::string& name : {std::string("a"), std::string("Hello-World_2"), std::string("9lives"),
                                  std::string(kMaxFunctionNameBytes, 'x')}) {
    EXPECT_TRUE(IsFunctionName(name)) << name;
  }
}

TEST(FunctionNameTest, Refuses) {
  for (const std::string& name :
       {std::string(), std::string("-a"), std::string("_a"), std::string("a.b"), std::string("a b"), std::string("a/b"),
        std::string("\xc3\xa4"), std::string("a\0b", 3), std::string(kMaxFunctionNameBytes + 1, 'x')}) {
    EXPECT_FALSE(IsFunctionName(name)) << name;
  }
}

TEST(FunctionNameTest, MakesANameOfAnything) {
  EXPECT_EQ(ToFunctionName("hello"), "hello");
  EXPECT_EQ(ToFunctionName("my app"), "my-app");
  EXPECT_EQ(ToFunctionName("app.v2"), "app-v2");
  EXPECT_EQ(ToFunctionName(".hidden"), "hidden");
  EXPECT_EQ(ToFunctionName("__tests"), "tests");
  EXPECT_EQ(ToFunctionName(""), "function");
  EXPECT_EQ(ToFunctionName("..."), "function");
  for (const std::string& text : {std::string("caf\xc3\xa9 au lait"), std::string(200, 'y'), std::string("\xf0\x9f")}) {
    EXPECT_TRUE(IsFunctionName(ToFunctionName(text))) << text;
  }
}

}  // namespace
}  // namespace hearth
