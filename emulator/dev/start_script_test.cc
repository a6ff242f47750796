#include "emulator/dev/start_script.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(StartScriptTest, FileOfThePlainForm) {
  EXPECT_EQ(FileOfStartScript("node server.js"), "server.js");
  EXPECT_EQ(FileOfStartScript("  node \t ./server  "), "./server");
  EXPECT_EQ(FileOfStartScript("node --watch --env-file=.env server.js"), "server.js");
  EXPECT_EQ(FileOfStartScript("node --import tsx -r dotenv/config src/server.ts"), "src/server.ts");
}

TEST(StartScriptTest, NoFileInAnyOtherForm) {
  for (std::string_view start : {"", "node", "node --version", "nodemon server.js", "npm run build && node server.js",
                                 "PORT=1 node server.js", "node server.js --port 80", "node server.js production",
                                 "node $FILE", "node \"server.js\"", "node --env-file=.env server.js extra"}) {
    EXPECT_EQ(FileOfStartScript(start), std::nullopt) << start;
  }
}

TEST(StartScriptTest, Flags) {
  EXPECT_EQ(FlagOfStartScript("functions-framework --target=hello", "--target"), "hello");
  EXPECT_EQ(FlagOfStartScript("npx functions-framework --port 1 --target hello --debug", "--target"), "hello");
  EXPECT_EQ(FlagOfStartScript("functions-framework --target='hello'", "--target"), "hello");
  EXPECT_EQ(FlagOfStartScript("functions-framework --target \"hello\"", "--target"), "hello");
  EXPECT_EQ(FlagOfStartScript("functions-framework --targets=hello", "--target"), "");
  EXPECT_EQ(FlagOfStartScript("functions-framework --target", "--target"), "");
  EXPECT_EQ(FlagOfStartScript("functions-framework", "--target"), "");
  EXPECT_EQ(FlagOfStartScript("", "--target"), "");
}

}  // namespace
}  // namespace hearth
