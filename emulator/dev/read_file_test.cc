#include "emulator/dev/read_file.h"

#include <gtest/gtest.h>

#include "emulator/dev/temp_folder.h"

namespace hearth {
namespace {

TEST(ReadFileTest, GivesTheBytes) {
  TempFolder folder;
  const std::string large = std::string(100000, 'x') + std::string("\0\r\n", 3);
  folder.Write("large", large);
  folder.Write("empty", "");
  EXPECT_EQ(*ReadFile(folder.Path("large")), large);
  EXPECT_EQ(*ReadFile(folder.Path("empty")), "");
}

TEST(ReadFileTest, ByteOrderMarkIsDropped) {
  TempFolder folder;
  folder.Write("marked", "\xef\xbb\xbfname = 1");
  EXPECT_EQ(*ReadFile(folder.Path("marked")), "name = 1");
}

TEST(ReadFileTest, ErrorsNameTheFileAndTheReason) {
  TempFolder folder;
  EXPECT_EQ(ReadFile(folder.Path("missing")).status().message(),
            "cannot read " + folder.Path("missing") + ": No such file or directory");
  EXPECT_EQ(ReadFile(folder.Path()).status().message(), "cannot read " + folder.Path() + ": Is a directory");
}

}  // namespace
}  // namespace hearth
