#include "emulator/dev/discovery.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "emulator/dev/temp_folder.h"

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kFrameworkPackage =
    R"({"dependencies": {"@google-cloud/functions-framework": "^5"}, "scripts": {"start": "START"}})";

class DiscoveryTest : public testing::Test {
 protected:
  std::vector<std::string> Paths(const std::vector<std::string>& relative) {
    std::vector<std::string> paths;
    for (const std::string& each : relative) paths.push_back(folder_.Path(each));
    return paths;
  }

  std::vector<FunctionSpec> Find(const std::vector<std::string>& relative = {""}) {
    const auto specs = Discover(Paths(relative));
    EXPECT_TRUE(specs.ok()) << specs.status();
    return specs.ok() ? *specs : std::vector<FunctionSpec>();
  }

  FunctionSpec FindOne(const std::string& relative = "") {
    const std::vector<FunctionSpec> specs = Find({relative});
    EXPECT_EQ(specs.size(), 1u);
    return specs.empty() ? FunctionSpec() : specs.front();
  }

  // "NAME=ENTRY …", entries relative to the folder.
  std::string Listing(const std::vector<std::string>& relative = {""}) {
    std::string listing;
    for (const FunctionSpec& spec : Find(relative)) {
      if (!listing.empty()) listing += " ";
      listing += spec.name + "=" + std::filesystem::path(spec.entry).lexically_relative(folder_.Path()).native();
    }
    return listing;
  }

  // "NAME:KIND:TARGET …"
  std::string Targets(const std::string& relative = "") {
    std::string listing;
    for (const FunctionSpec& spec : Find({relative})) {
      if (!listing.empty()) listing += " ";
      listing += spec.name + ":" + std::string(KindName(spec.kind)) + ":" + spec.handler;
    }
    return listing;
  }

  // The message, with FOLDER for the folder.
  std::string ErrorOf(const std::vector<std::string>& relative, absl::StatusCode code) {
    const absl::Status status = Discover(Paths(relative)).status();
    EXPECT_EQ(status.code(), code) << status;
    std::string message(status.message());
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    for (size_t at; (at = message.find(folder_.Path())) != std::string::npos;) {
      message.replace(at, folder_.Path().size(), "FOLDER");
    }
    return message;
  }

  void WriteFrameworkPackage(const std::string& relative, std::string_view start) {
    std::string package(kFrameworkPackage);
    package.replace(package.find("START"), 5, start);
    folder_.Write(relative + "/package.json", package);
  }

  TempFolder folder_;
};

// --- Files ---

TEST_F(DiscoveryTest, AFileIsCalledAsItself) {
  folder_.Write("fns/hello.mjs", "");
  const FunctionSpec spec = FindOne("fns/hello.mjs");
  EXPECT_EQ(spec.name, "hello");
  EXPECT_EQ(spec.kind, FunctionKind::kDetect);
  EXPECT_EQ(spec.directory, folder_.Path("fns"));
  EXPECT_EQ(spec.entry, folder_.Path("fns/hello.mjs"));
  EXPECT_EQ(spec.handler, "");
}

TEST_F(DiscoveryTest, EveryScriptExtension) {
  for (const char* file : {"a.js", "a.mjs", "a.cjs", "a.ts", "a.mts", "a.cts"}) {
    folder_.Write(file, "");
    EXPECT_EQ(FindOne(file).entry, folder_.Path(file));
  }
}

TEST_F(DiscoveryTest, AnIndexFileIsCalledAsItsFolder) {
  folder_.Write("my app/index.ts", "");
  EXPECT_EQ(Listing({"my app/index.ts"}), "my-app=my app/index.ts");
}

TEST_F(DiscoveryTest, AFileWithItsConfiguration) {
  folder_.Write("app/hearth.toml", "entry = 'a.js'\nlimits.timeout = '3s'");
  folder_.Write("app/a.js", "");
  folder_.Write("app/b.js", "");
  EXPECT_EQ(FindOne("app/a.js").limits.timeout, 3s);
  EXPECT_EQ(FindOne("app/a.js").name, "a");
  EXPECT_EQ(FindOne("app/b.js").limits.timeout, FunctionSpec().limits.timeout) << "is meant for the other file";
  folder_.Write("app/hearth.toml", "limits.timeout = '3s'");
  EXPECT_EQ(FindOne("app/b.js").limits.timeout, 3s) << "names no file, and none is found";
}

TEST_F(DiscoveryTest, AFileOfAnotherType) {
  folder_.Write("README.md", "");
  folder_.Write("types.d.ts", "");
  EXPECT_EQ(ErrorOf({"README.md"}, absl::StatusCode::kInvalidArgument),
            "not a function: FOLDER/README.md: expected a folder or a file with one of .mjs .js .cjs .ts .mts .cts");
  ErrorOf({"types.d.ts"}, absl::StatusCode::kInvalidArgument);
}

TEST_F(DiscoveryTest, AMissingPath) {
  EXPECT_EQ(ErrorOf({"nothing"}, absl::StatusCode::kNotFound), "no such file or folder: FOLDER/nothing");
  folder_.Write("a.js", "");
  EXPECT_EQ(ErrorOf({"a.js/b"}, absl::StatusCode::kNotFound), "no such file or folder: FOLDER/a.js/b");
  EXPECT_EQ(Discover({"relative-and-missing"}).status().message(), "no such file or folder: relative-and-missing");
  EXPECT_EQ(Discover({""}).status().message(), "no such file or folder: ");
}

// --- Folders that are a function ---

TEST_F(DiscoveryTest, AFolderWithAnEntryIsCalledAsTheFolder) {
  folder_.Write("orders/index.js", "");
  folder_.Write("orders/lib/helper.js", "");
  const FunctionSpec spec = FindOne("orders");
  EXPECT_EQ(spec.name, "orders");
  EXPECT_EQ(spec.directory, folder_.Path("orders"));
  EXPECT_EQ(spec.entry, folder_.Path("orders/index.js"));
}

TEST_F(DiscoveryTest, TheCurrentFolderHasItsRealName) {
  folder_.Write("orders/src/app.ts", "");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.Path("orders"));
  const auto specs = Discover({"."});
  std::filesystem::current_path(before);
  ASSERT_TRUE(specs.ok()) << specs.status();
  EXPECT_EQ(specs->front().name, "orders");
  EXPECT_EQ(specs->front().directory, folder_.Path("orders"));
  EXPECT_EQ(Listing({"orders/../orders/"}), "orders=orders/src/app.ts");
}

TEST_F(DiscoveryTest, PackageJsonGivesTheEntry) {
  folder_.Write("a/package.json", R"({"main": "lib/start.js"})");
  folder_.Write("a/lib/start.js", "");
  folder_.Write("a/index.js", "");
  folder_.Write("b/package.json", R"({"scripts": {"start": "node --watch www.js"}})");
  folder_.Write("b/www.js", "");
  folder_.Write("b/index.js", "");
  EXPECT_EQ(Listing(), "a=a/lib/start.js b=b/www.js");
}

TEST_F(DiscoveryTest, AConfiguredFolder) {
  folder_.Write("a/hearth.toml", "name = 'orders'\nkind = 'server'\n[env]\nA = 1");
  folder_.Write("a/server.js", "");
  const FunctionSpec spec = FindOne("a");
  EXPECT_EQ(spec.name, "orders");
  EXPECT_EQ(spec.kind, FunctionKind::kServer);
  EXPECT_EQ(spec.entry, folder_.Path("a/server.js"));
  EXPECT_EQ(spec.environment.at("A"), "1");
}

TEST_F(DiscoveryTest, AConfiguredFolderWithoutCode) {
  folder_.Write("a/hearth.toml", "[limits]\ntimeout = '3s'");
  EXPECT_EQ(ErrorOf({"a"}, absl::StatusCode::kInvalidArgument),
            "FOLDER/a/hearth.toml: no file found for the function: set `entry`, or add index.js");
  folder_.Write("a/hearth.toml", "[functions.x]");
  EXPECT_EQ(ErrorOf({""}, absl::StatusCode::kInvalidArgument),
            "FOLDER/a/hearth.toml: no file found for function \"x\": set `entry`, or add index.js");
}

TEST_F(DiscoveryTest, SeveralFunctionsOfOneFolder) {
  folder_.Write("hearth.toml", "[functions.sum]\n[functions.hello]\nhandler = 'api.hello'\n[functions.other]");
  folder_.Write("sum.ts", "");
  folder_.Write("api.js", "");
  folder_.Write("index.js", "");
  folder_.Write("sub/index.js", "");
  EXPECT_EQ(Listing(), "hello=api.js other=index.js sum=sum.ts");
}

TEST_F(DiscoveryTest, MistakesInConfigurationAndPackageAreReported) {
  folder_.Write("a/index.js", "");
  folder_.Write("a/hearth.toml", "nme = 'x'");
  EXPECT_EQ(ErrorOf({""}, absl::StatusCode::kInvalidArgument),
            "FOLDER/a/hearth.toml:1: unknown key \"nme\"; did you mean \"name\"?");
  folder_.Write("a/package.json", "{");
  EXPECT_EQ(ErrorOf({""}, absl::StatusCode::kInvalidArgument),
            "FOLDER/a/package.json:1:2: not valid JSON: incomplete JSON");
}

// --- Folders of functions ---

TEST_F(DiscoveryTest, AFolderOfFunctions) {
  folder_.Write("zeta/index.js", "");
  folder_.Write("alpha/hearth.toml", "");
  folder_.Write("alpha/app.mjs", "");
  folder_.Write("hello.js", "");
  folder_.Write("sum.ts", "");
  folder_.Write("docs/readme.md", "");
  EXPECT_EQ(Listing(), "alpha=alpha/app.mjs hello=hello.js sum=sum.ts zeta=zeta/index.js");
  EXPECT_EQ(Find()[1].directory, folder_.Path());
}

TEST_F(DiscoveryTest, WhatIsNoFunctionIsLeftOut) {
  folder_.Write("hello.js", "");
  for (const char* file :
       {"hello.test.js", "hello.spec.ts", "vite.config.mjs", "types.d.ts", ".eslintrc.js", "notes.txt", "a.json"}) {
    folder_.Write(file, "{}");
  }
  folder_.Write("node_modules/index.js", "");
  folder_.Write(".git/index.js", "");
  folder_.Write("deeper/below/index.js", "");
  EXPECT_EQ(Listing(), "hello=hello.js");
}

TEST_F(DiscoveryTest, CompiledScriptsAreTakenRatherThanTheirSource) {
  folder_.Write("hello.ts", "");
  folder_.Write("hello.js", "");
  EXPECT_EQ(Listing(), "hello=hello.js");
}

TEST_F(DiscoveryTest, AMonorepoIsNoFunction) {
  folder_.Write("package.json", R"({"main": "index.js", "workspaces": ["*"]})");
  folder_.Write("orders/index.js", "");
  EXPECT_EQ(Listing(), "orders=orders/index.js");
  folder_.Write("root/package.json", R"({"workspaces": ["packages/*"]})");
  folder_.Write("root/packages/a/index.js", "");
  const std::string error = ErrorOf({"root"}, absl::StatusCode::kNotFound);
  EXPECT_TRUE(error.ends_with("; its package.json declares workspaces: pass their folders")) << error;
}

TEST_F(DiscoveryTest, NothingFound) {
  folder_.Write("empty/readme.md", "");
  EXPECT_EQ(ErrorOf({"empty"}, absl::StatusCode::kNotFound),
            "no function found in FOLDER/empty: expected hearth.toml, package.json with \"main\", or one of index.js, "
            "handler.js, app.js, server.js, main.js, function.js (or .mjs, .cjs, .ts, …)");
}

TEST_F(DiscoveryTest, SeveralPathsSortedByName) {
  folder_.Write("z/index.js", "");
  folder_.Write("a/m.js", "");
  folder_.Write("a/b/index.js", "");
  EXPECT_EQ(Listing({"z", "a"}), "b=a/b/index.js m=a/m.js z=z/index.js");
  EXPECT_EQ(Listing({"a", "z"}), Listing({"z", "a"}));
}

TEST_F(DiscoveryTest, AFunctionFoundTwiceCountsOnce) {
  folder_.Write("fns/a/index.js", "");
  std::filesystem::create_directory_symlink(folder_.Path("fns"), folder_.Path("link"));
  EXPECT_EQ(Listing({"fns", "fns/a", "link/a", "fns/a/index.js"}), "a=fns/a/index.js");
}

TEST_F(DiscoveryTest, TwoFunctionsOfOneName) {
  folder_.Write("x/api/index.js", "");
  folder_.Write("y/api/index.js", "");
  EXPECT_EQ(ErrorOf({"x", "y"}, absl::StatusCode::kAlreadyExists),
            "two functions are called \"api\": FOLDER/x/api and FOLDER/y/api: set another `name` in the hearth.toml of "
            "one");
  folder_.Write("y/api/hearth.toml", "name = 'api2'");
  EXPECT_EQ(Listing({"x", "y"}), "api=x/api/index.js api2=y/api/index.js");
  folder_.Write("z/a b.js", "");
  folder_.Write("z/a-b.js", "");
  EXPECT_EQ(ErrorOf({"z"}, absl::StatusCode::kAlreadyExists),
            "two functions are called \"a-b\": FOLDER/z/a b.js and FOLDER/z/a-b.js: set another `name` in the "
            "hearth.toml of one");
}

// --- functions-framework ---

TEST_F(DiscoveryTest, WithoutTheFrameworkTheKindStaysOpen) {
  folder_.Write("a/index.js", "functions.http('hello', f)");
  EXPECT_EQ(Targets("a"), "a::");
}

TEST_F(DiscoveryTest, TheOnlyRegisteredTarget) {
  WriteFrameworkPackage("a", "functions-framework");
  folder_.Write("a/index.js", "functions.http('hello', f)");
  EXPECT_EQ(Targets("a"), "a:http:hello");
  folder_.Write("a/index.js", "functions.cloudEvent('onUpload', f)");
  EXPECT_EQ(Targets("a"), "a:cloudevent:onUpload");
  folder_.Write("a/index.js", "exports.function = f");
  EXPECT_EQ(Targets("a"), "a:http:");
}

TEST_F(DiscoveryTest, TheTargetOfTheStartScript) {
  WriteFrameworkPackage("a", "functions-framework --target=second");
  folder_.Write("a/index.js", "functions.http('first', f); functions.cloudEvent('second', g)");
  EXPECT_EQ(Targets("a"), "a:cloudevent:second");
  folder_.Write("a/index.js", "exports.second = f");
  EXPECT_EQ(Targets("a"), "a:http:second");
  WriteFrameworkPackage("a", "functions-framework --target=second --signature-type=cloudevent");
  EXPECT_EQ(Targets("a"), "a:cloudevent:second");
}

TEST_F(DiscoveryTest, SeveralTargetsAreSeveralFunctions) {
  WriteFrameworkPackage("a", "functions-framework");
  folder_.Write("a/index.js", "functions.http('hello', f)\nfunctions.cloudEvent('on.upload', g)");
  EXPECT_EQ(Targets("a"), "hello:http:hello on-upload:cloudevent:on.upload");
  folder_.Write("a/hearth.toml", "[env]\nA = 'x'");
  EXPECT_EQ(Targets("a"), "hello:http:hello on-upload:cloudevent:on.upload");
  EXPECT_EQ(Find({"a"})[1].environment.at("A"), "x");
  folder_.Write("a/hearth.toml", "kind = 'http'");
  EXPECT_EQ(Targets("a"), "a:http:hello") << "the only one of its kind";
}

TEST_F(DiscoveryTest, TheConfigurationSaysWhichTarget) {
  WriteFrameworkPackage("a", "functions-framework --target=hello");
  folder_.Write("a/index.js", "functions.http('hello', f)\nfunctions.cloudEvent('onUpload', g)");
  folder_.Write("a/hearth.toml", "target = 'onUpload'");
  EXPECT_EQ(Targets("a"), "a:cloudevent:onUpload");
  folder_.Write("a/hearth.toml", "[functions.x]\nkind = 'http'\ntarget = 'hello'\n[functions.y]\ntarget = 'onUpload'");
  EXPECT_EQ(Targets("a"), "x:http:hello y:cloudevent:onUpload");
}

TEST_F(DiscoveryTest, AFunctionCalledAsOneOfSeveralTargetsIsThatOne) {
  WriteFrameworkPackage("a", "functions-framework");
  folder_.Write("a/index.js", "functions.http('hello', f)\nfunctions.cloudEvent('onUpload', g)");
  folder_.Write("a/hearth.toml", "[functions.hello]\n[functions.onUpload]");
  EXPECT_EQ(Targets("a"), "hello:http:hello onUpload:cloudevent:onUpload");
  folder_.Write("a/hearth.toml", "name = 'other'");
  EXPECT_EQ(ErrorOf({"a"}, absl::StatusCode::kInvalidArgument),
            "FOLDER/a/index.js registers several functions (hello, onUpload): say with `target` in "
            "FOLDER/a/hearth.toml which one \"other\" is");
}

TEST_F(DiscoveryTest, ATargetAloneMeansTheFramework) {
  folder_.Write("a/index.js", "functions.cloudEvent('x', f)");
  folder_.Write("a/hearth.toml", "target = 'x'");
  EXPECT_EQ(Targets("a"), "a:cloudevent:x");
}

TEST_F(DiscoveryTest, OtherKindsIgnoreTheFramework) {
  WriteFrameworkPackage("a", "functions-framework --target=hello");
  folder_.Write("a/index.js", "functions.http('hello', f)");
  folder_.Write("a/hearth.toml", "handler = 'index.handler'");
  EXPECT_EQ(Targets("a"), "a:lambda:handler");
}

}  // namespace
}  // namespace hearth
