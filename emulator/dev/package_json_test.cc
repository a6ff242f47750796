#include "emulator/dev/package_json.h"

#include <gtest/gtest.h>

#include "emulator/dev/temp_folder.h"

namespace hearth {
namespace {

PackageJson Read(std::string_view text) {
  TempFolder folder;
  folder.Write("package.json", text);
  auto package = ReadPackageJson(folder.Path());
  EXPECT_TRUE(package.ok()) << package.status();
  EXPECT_TRUE(package.ok() && package->has_value());
  return package.ok() && *package ? **package : PackageJson();
}

std::string ErrorOf(std::string_view text) {
  TempFolder folder;
  folder.Write("package.json", text);
  const std::string message(ReadPackageJson(folder.Path()).status().message());
  EXPECT_TRUE(message.starts_with(folder.Path("package.json"))) << message;
  return message.substr(std::min(message.size(), folder.Path("package.json").size()));
}

TEST(PackageJsonTest, ThereMayBeNone) {
  TempFolder folder;
  const auto package = ReadPackageJson(folder.Path());
  ASSERT_TRUE(package.ok());
  EXPECT_FALSE(package->has_value());
}

TEST(PackageJsonTest, ReadsWhatIsOfInterest) {
  const PackageJson package = Read(R"({
    "name": "x", "main": "dist/app.js", "scripts": {"test": "t", "start": "node app.js"},
    "dependencies": {"express": "^5", "@google-cloud/functions-framework": "^5"}
  })");
  EXPECT_EQ(package.main, "dist/app.js");
  EXPECT_EQ(package.start, "node app.js");
  EXPECT_FALSE(package.has_workspaces);
  EXPECT_TRUE(package.uses_functions_framework);
}

TEST(PackageJsonTest, EverythingIsOptional) {
  const PackageJson package = Read("\xef\xbb\xbf{}\n");
  EXPECT_EQ(package.main, "");
  EXPECT_EQ(package.start, "");
  EXPECT_FALSE(package.has_workspaces);
  EXPECT_FALSE(package.uses_functions_framework);
}

TEST(PackageJsonTest, FieldsOfAnotherTypeCountAsAbsent) {
  const PackageJson package = Read(R"({"main": 3, "scripts": ["x"], "dependencies": null, "workspaces": false})");
  EXPECT_EQ(package.main, "");
  EXPECT_EQ(package.start, "");
  EXPECT_FALSE(package.has_workspaces);
}

TEST(PackageJsonTest, Workspaces) {
  EXPECT_TRUE(Read(R"({"workspaces": ["packages/*"]})").has_workspaces);
  EXPECT_TRUE(Read(R"({"workspaces": {"packages": ["packages/*"]}})").has_workspaces);
  EXPECT_FALSE(Read(R"({"workspaces": []})").has_workspaces);
}

TEST(PackageJsonTest, TheFrameworkMayBeADevelopmentDependency) {
  EXPECT_TRUE(Read(R"({"devDependencies": {"@google-cloud/functions-framework": "5"}})").uses_functions_framework);
}

TEST(PackageJsonTest, InvalidJsonIsReportedWithItsPosition) {
  EXPECT_EQ(ErrorOf("{\n  \"main\": oops\n}"), ":2:11: not valid JSON: syntax error");
  EXPECT_EQ(ErrorOf("{\"main\": \"a\""), ":1:13: not valid JSON: incomplete JSON");
  EXPECT_EQ(ErrorOf(""), ":1:1: not valid JSON: incomplete JSON");
  EXPECT_EQ(ErrorOf("{} {}"), ":1:4: not valid JSON: extra data");
  EXPECT_EQ(ErrorOf("[1, 2]"), ": expected a JSON object");
}

}  // namespace
}  // namespace hearth
