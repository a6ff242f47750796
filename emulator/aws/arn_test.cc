#include "emulator/aws/arn.h"

#include <string>

#include "gtest/gtest.h"

namespace hearth {
namespace {

std::string Parsed(std::string_view text) {
  const auto reference = ParseFunctionReference(text);
  return reference ? reference->name + "|" + reference->qualifier : "invalid";
}

TEST(ArnTest, FunctionArn) {
  EXPECT_EQ(FunctionArn("hello"), "arn:aws:lambda:us-east-1:123456789012:function:hello");
  EXPECT_EQ(Parsed(FunctionArn("hello")), "hello|");
}

TEST(ArnTest, AcceptsEveryForm) {
  EXPECT_EQ(Parsed("hello"), "hello|");
  EXPECT_EQ(Parsed("hello:prod"), "hello|prod");
  EXPECT_EQ(Parsed("function:hello"), "hello|");
  EXPECT_EQ(Parsed("123456789012:function:hello"), "hello|");
  EXPECT_EQ(Parsed("123456789012:function:hello:3"), "hello|3");
  EXPECT_EQ(Parsed("arn:aws:lambda:eu-west-1:000000000000:function:hello"), "hello|");
  EXPECT_EQ(Parsed("arn:aws-cn:lambda:cn-north-1:000000000000:function:hello:$LATEST"), "hello|$LATEST");
}

TEST(ArnTest, RefusesTheRest) {
  EXPECT_EQ(Parsed(""), "invalid");
  EXPECT_EQ(Parsed("hello:"), "invalid");
  EXPECT_EQ(Parsed(":hello"), "invalid");
  EXPECT_EQ(Parsed("arn:aws:s3:::bucket"), "invalid");
  EXPECT_EQ(Parsed("arn:aws:lambda:us-east-1:123456789012:function:hello:1:2"), "invalid");
}

TEST(ArnTest, AFunctionMayBeCalledFunction) {
  EXPECT_EQ(Parsed("function"), "function|");
  EXPECT_EQ(Parsed("arn:aws:lambda:us-east-1:123456789012:function:function"), "function|");
}

}  // namespace
}  // namespace hearth
