#include "cli/exec_client.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace hearth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseExecTest, EverythingAfterTheFileIsTheProgramsOwn) {
  const ExecArguments arguments = ParseExec({"x.js", "--stats", "-h", "--", "--grpc"});
  EXPECT_EQ(arguments.error, "");
  EXPECT_EQ(arguments.file, "x.js");
  EXPECT_FALSE(arguments.stats);
  EXPECT_THAT(arguments.arguments, ElementsAre("--stats", "-h", "--", "--grpc"));
}

TEST(ParseExecTest, OptionsStandBeforeTheFile) {
  const ExecArguments arguments = ParseExec({"--stats", "--grpc", "localhost:7", "dev", "a"});
  EXPECT_EQ(arguments.error, "");
  EXPECT_TRUE(arguments.stats);
  EXPECT_EQ(arguments.grpc, "localhost:7");
  EXPECT_EQ(arguments.file, "dev");
  EXPECT_THAT(arguments.arguments, ElementsAre("a"));
  EXPECT_EQ(ParseExec({"--grpc=[::1]:8", "x"}).grpc, "[::1]:8");
  EXPECT_EQ(ParseExec({"--", "--stats"}).file, "--stats");
  EXPECT_TRUE(ParseExec({"--help"}).help);
}

TEST(ParseExecTest, Mistakes) {
  EXPECT_THAT(ParseExec({}).error, HasSubstr("FILE"));
  EXPECT_THAT(ParseExec({"--stats"}).error, HasSubstr("FILE"));
  EXPECT_THAT(ParseExec({"--grpc"}).error, HasSubstr("HOST:PORT"));
  EXPECT_THAT(ParseExec({"--inspect", "x.js"}).error, HasSubstr("--inspect"));
  EXPECT_THAT(ParseExec({"--grpc", "example.com:1", "x.js"}).error, HasSubstr("this machine"));
  EXPECT_THAT(ParseExec({"x.js"}).error, IsEmpty());
}

TEST(LocalPortTest, OfThisMachineOnly) {
  EXPECT_EQ(LocalPort("localhost:50051"), 50051);
  EXPECT_EQ(LocalPort("127.0.0.1:1"), 1);
  EXPECT_EQ(LocalPort("[::1]:2"), 2);
  for (const char* other :
       {"localhost", "localhost:", "localhost:0", "localhost:65536", "localhost:1x", "10.0.0.1:1"}) {
    EXPECT_EQ(LocalPort(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace hearth
