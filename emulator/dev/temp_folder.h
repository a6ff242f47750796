#pragma once

// For tests: a folder of its own under TEST_TMPDIR, empty at first, removed at the end.
//
//   TempFolder folder;
//   folder.Write("hello/index.js", "exports.handler = …");
//   Discover({folder.Path("hello")});

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace hearth {

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = std::filesystem::canonical(testing::TempDir()) / "folder-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(root_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  // Absolute and canonical.
  std::string Path(std::string_view relative = "") const { return relative.empty() ? root_ : root_ / relative; }

  void Write(std::string_view relative, std::string_view text) const {
    const std::filesystem::path path = root_ / relative;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

 private:
  std::filesystem::path root_;
};

}  // namespace hearth
