#include "emulator/aws/environment.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::Contains;
using testing::Key;
using testing::MatchesRegex;
using testing::Not;
using testing::Pair;

FunctionSpec Spec() {
  FunctionSpec spec;
  spec.name = "hello";
  spec.directory = "/srv/hello";
  spec.entry = "/srv/hello/src/index.mjs";
  spec.limits.memory_bytes = 256 * kMegabyte;
  return spec;
}

TEST(LambdaEnvironmentTest, SaysWhoTheFunctionIs) {
  const auto environment = LambdaEnvironment(Spec());
  EXPECT_THAT(environment, Contains(Pair("AWS_LAMBDA_FUNCTION_NAME", "hello")));
  EXPECT_THAT(environment, Contains(Pair("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")));
  EXPECT_THAT(environment, Contains(Pair("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")));
  EXPECT_THAT(environment, Contains(Pair("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello")));
  EXPECT_THAT(environment, Contains(Pair("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs26.x")));
  EXPECT_THAT(environment, Contains(Pair("LAMBDA_TASK_ROOT", "/srv/hello")));
  EXPECT_THAT(environment, Contains(Pair("TZ", ":UTC")));
  EXPECT_THAT(environment.at("AWS_LAMBDA_LOG_STREAM_NAME"),
              MatchesRegex("[0-9]{4}/[0-9]{2}/[0-9]{2}/\\[\\$LATEST\\][0-9a-f]{32}"));
}

TEST(LambdaEnvironmentTest, HandlerIsRelativeToTheFolder) {
  FunctionSpec spec = Spec();
  EXPECT_EQ(LambdaHandler(spec), "src/index.handler");
  spec.handler = "api.get";
  spec.entry = "/srv/hello/index.js";
  EXPECT_EQ(LambdaHandler(spec), "index.api.get");
}

TEST(LambdaEnvironmentTest, CredentialsOnlyIfHearthHasNone) {
  unsetenv("AWS_ACCESS_KEY_ID");
  unsetenv("AWS_PROFILE");
  EXPECT_THAT(LambdaEnvironment(Spec()), Contains(Key("AWS_SECRET_ACCESS_KEY")));
  setenv("AWS_ACCESS_KEY_ID", "AKIA", 1);
  EXPECT_THAT(LambdaEnvironment(Spec()), Not(Contains(Key("AWS_SECRET_ACCESS_KEY"))));
  EXPECT_THAT(LambdaEnvironment(Spec()), Not(Contains(Key("AWS_ACCESS_KEY_ID"))));
  unsetenv("AWS_ACCESS_KEY_ID");
}

TEST(LambdaEnvironmentTest, RegionIsHearthsOwn) {
  unsetenv("AWS_DEFAULT_REGION");
  unsetenv("AWS_REGION");
  EXPECT_THAT(LambdaEnvironment(Spec()), Contains(Pair("AWS_REGION", "us-east-1")));
  setenv("AWS_DEFAULT_REGION", "eu-west-1", 1);
  EXPECT_THAT(LambdaEnvironment(Spec()), Contains(Pair("AWS_REGION", "eu-west-1")));
  unsetenv("AWS_DEFAULT_REGION");
}

}  // namespace
}  // namespace hearth
