#include "emulator/dev/entry.h"

#include <gtest/gtest.h>

#include "emulator/dev/temp_folder.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

// The entry found, relative to the folder; "" if there is none.
std::string EntryIn(const TempFolder& folder, const PackageJson* package = nullptr) {
  const std::optional<fs::path> entry = FindEntry(folder.Path(), package);
  return entry ? entry->lexically_relative(folder.Path()).native() : "";
}

std::string EntryOfPackage(const TempFolder& folder, std::string main, std::string start) {
  PackageJson package;
  package.main = std::move(main);
  package.start = std::move(start);
  return EntryIn(folder, &package);
}

TEST(EntryTest, ScriptsAreKnownByTheirExtension) {
  for (const char* name : {"a.js", "a.mjs", "a.cjs", "a.ts", "a.mts", "a.cts", "/x/y.test.js", "d.ts", "a.d.js"}) {
    EXPECT_TRUE(IsScript(name)) << name;
  }
  for (const char* name : {"a", "a.json", "a.tsx", "a.d.ts", "a.d.mts", "a.d.cts", ".js", "js", "a.JS", "a.node"}) {
    EXPECT_FALSE(IsScript(name)) << name;
  }
}

TEST(EntryTest, PathsStayInTheirFolder) {
  EXPECT_EQ(InFolder("/f", "a/b.js"), "/f/a/b.js");
  EXPECT_EQ(InFolder("/f", "./a/../b.js"), "/f/b.js");
  EXPECT_EQ(InFolder("/f", "../f/a.js"), std::nullopt);
  EXPECT_EQ(InFolder("/f", "a/../../b.js"), std::nullopt);
  EXPECT_EQ(InFolder("/f", ".."), std::nullopt);
  EXPECT_EQ(InFolder("/f", "/f/a.js"), std::nullopt);
  EXPECT_EQ(InFolder("/f", "..a.js"), "/f/..a.js");
}

TEST(EntryTest, AFolderWithoutScriptsHasNone) {
  TempFolder folder;
  folder.Write("README.md", "");
  folder.Write("lib/index.js", "");
  folder.Write("index.d.ts", "");
  folder.Write("index.js/a.txt", "index.js is a folder");
  EXPECT_EQ(EntryIn(folder), "");
}

TEST(EntryTest, ConventionalNamesByStemThenByExtensionThenInSrc) {
  TempFolder folder;
  folder.Write("src/index.ts", "");
  EXPECT_EQ(EntryIn(folder), "src/index.ts");
  folder.Write("server.js", "");
  EXPECT_EQ(EntryIn(folder), "server.js");
  folder.Write("app.ts", "");
  EXPECT_EQ(EntryIn(folder), "app.ts");
  folder.Write("app.js", "");
  EXPECT_EQ(EntryIn(folder), "app.js");
  folder.Write("handler.cjs", "");
  EXPECT_EQ(EntryIn(folder), "handler.cjs");
  folder.Write("index.js", "");
  EXPECT_EQ(EntryIn(folder), "index.js");
  folder.Write("index.mjs", "");
  EXPECT_EQ(EntryIn(folder), "index.mjs");
}

TEST(EntryTest, MainAsNodeResolvesIt) {
  TempFolder folder;
  folder.Write("index.js", "");
  folder.Write("dist/app.js", "");
  folder.Write("lib/index.js", "");
  folder.Write("data.json", "{}");
  EXPECT_EQ(EntryOfPackage(folder, "dist/app.js", ""), "dist/app.js");
  EXPECT_EQ(EntryOfPackage(folder, "./dist/app", ""), "dist/app.js");
  EXPECT_EQ(EntryOfPackage(folder, "lib", ""), "lib/index.js");
  EXPECT_EQ(EntryOfPackage(folder, "lib/", ""), "lib/index.js");
  EXPECT_EQ(EntryOfPackage(folder, "dist/missing.js", ""), "index.js");
  EXPECT_EQ(EntryOfPackage(folder, "data.json", ""), "index.js");
  EXPECT_EQ(EntryOfPackage(folder, "../other/index.js", ""), "index.js");
}

TEST(EntryTest, TheStartScriptComesAfterMain) {
  TempFolder folder;
  folder.Write("index.js", "");
  folder.Write("bin/www.js", "");
  folder.Write("main.js", "");
  EXPECT_EQ(EntryOfPackage(folder, "", "node bin/www"), "bin/www.js");
  EXPECT_EQ(EntryOfPackage(folder, "main.js", "node bin/www"), "main.js");
  EXPECT_EQ(EntryOfPackage(folder, "missing.js", "node --enable-source-maps bin/www.js"), "bin/www.js");
  EXPECT_EQ(EntryOfPackage(folder, "", "node missing.js"), "index.js");
  EXPECT_EQ(EntryOfPackage(folder, "", "next start"), "index.js");
}

TEST(EntryTest, ResultsAreCanonical) {
  TempFolder folder;
  folder.Write("real/code.js", "");
  folder.Write("fn/README", "");
  fs::create_symlink("../real/code.js", folder.Path("fn/index.js"));
  EXPECT_EQ(FindEntry(folder.Path("fn"), nullptr), folder.Path("real/code.js"));
}

}  // namespace
}  // namespace hearth
