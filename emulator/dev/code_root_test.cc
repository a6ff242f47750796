#include "emulator/dev/code_root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "emulator/dev/temp_folder.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class CodeRootsTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& path) { return folder_.Path(path); }
  std::string Make(const std::string& path) {
    fs::create_directories(fs::path(Path(path)));
    return Path(path);
  }
  void Link(const std::string& target, const std::string& link) {
    fs::create_directories(fs::path(Path(link)).parent_path());
    fs::create_symlink(target, Path(link));
  }

  TempFolder folder_;
};

TEST_F(CodeRootsTest, AFolderByItselfIsAllThatIsSeen) {
  const std::string function = Make("functions/hello");
  EXPECT_THAT(CodeRoots(function), ElementsAre(function));
}

TEST_F(CodeRootsTest, APackageOfItsOwnIsAllThatIsSeen) {
  const std::string function = Make("functions/hello");
  Make("functions/hello/node_modules/ws");
  EXPECT_THAT(CodeRoots(function), ElementsAre(function));
}

TEST_F(CodeRootsTest, AFunctionInAPackageSeesThePackage) {
  const std::string function = Make("repo/examples/hello");
  Make("repo/node_modules");
  EXPECT_THAT(CodeRoots(function), ElementsAre(Path("repo")));
}

TEST_F(CodeRootsTest, OfPackagesInPackagesTheOutermost) {
  const std::string function = Make("repo/packages/hello");
  folder_.Write("repo/package.json", "{}");
  folder_.Write("repo/packages/hello/package.json", "{}");
  EXPECT_THAT(CodeRoots(function), ElementsAre(Path("repo")));
}

TEST_F(CodeRootsTest, LinkedPackagesAreSeenWhereTheyAre) {
  const std::string function = Make("app");
  const std::string library = Make("elsewhere/library");
  const std::string scoped = Make("elsewhere/scoped");
  Make("app/node_modules/plain");
  Link(library, "app/node_modules/library");
  Link("../../../elsewhere/scoped", "app/node_modules/@acme/scoped");
  Link("plain", "app/node_modules/alias");
  Link("/nowhere", "app/node_modules/dangling");
  EXPECT_THAT(CodeRoots(function), UnorderedElementsAre(function, library, scoped));
}

TEST_F(CodeRootsTest, NodeModulesThatIsALink) {
  const std::string function = Make("app");
  const std::string modules = Make("store/node_modules");
  Link(modules, "app/node_modules");
  EXPECT_THAT(CodeRoots(function), UnorderedElementsAre(function, modules));
}

TEST_F(CodeRootsTest, AHomeFolderIsNoPackage) {
  const std::string home = Make("home");
  const std::string function = Make("home/hello");
  const std::string modules = Make("home/node_modules");
  folder_.Write("home/package.json", "{}");
  const char* old = getenv("HOME");
  const std::string saved = old == nullptr ? "" : old;
  setenv("HOME", home.c_str(), 1);
  EXPECT_THAT(CodeRoots(function), UnorderedElementsAre(function, modules, Path("home/package.json")));
  setenv("HOME", saved.c_str(), 1);
}

}  // namespace
}  // namespace hearth
