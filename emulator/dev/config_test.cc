#include "emulator/dev/config.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "emulator/dev/temp_folder.h"

namespace hearth {
namespace {

using namespace std::chrono_literals;
using Environment = std::map<std::string, std::string>;

class ConfigTest : public testing::Test {
 protected:
  absl::StatusOr<std::vector<FunctionSpec>> Read(std::string_view toml) {
    folder_.Write("hearth.toml", toml);
    return ReadConfig(folder_.Path());
  }

  // The only function.
  FunctionSpec ReadOne(std::string_view toml) {
    const auto specs = Read(toml);
    EXPECT_TRUE(specs.ok()) << specs.status();
    EXPECT_TRUE(specs.ok() && specs->size() == 1);
    return specs.ok() && !specs->empty() ? specs->front() : FunctionSpec();
  }

  // The message without the folder in front, "hearth.toml:1: …".
  std::string ErrorOf(std::string_view toml) {
    const absl::Status status = Read(toml).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << toml;
    std::string message(status.message());
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    const std::string prefix = folder_.Path() + "/";
    EXPECT_TRUE(message.starts_with(prefix)) << message;
    message.erase(0, prefix.size());
    // Any later mention of the folder.
    for (size_t at; (at = message.find(folder_.Path())) != std::string::npos;) {
      message.replace(at, folder_.Path().size(), "FOLDER");
    }
    return message;
  }

  TempFolder folder_;
};

TEST_F(ConfigTest, Sandbox) {
  folder_.Write("shared/index.js", "");
  const FunctionSpec spec = ReadOne(
      "[limits]\ntmp = \"64MB\"\nprocesses = 50\ndescriptors = 100\n"
      "[sandbox]\nmode = \"strict\"\negress = \"none\"\nreadable = [\"shared\"]\n");
  EXPECT_EQ(spec.sandbox.mode, sandbox::Mode::kStrict);
  EXPECT_EQ(spec.sandbox.egress, sandbox::Egress::kNone);
  EXPECT_EQ(spec.sandbox.readable, std::vector<std::string>{folder_.Path("shared")});
  EXPECT_EQ(spec.sandbox.tmp_bytes, 64 * kMegabyte);
  EXPECT_EQ(spec.sandbox.processes, 50u);
  EXPECT_EQ(spec.sandbox.descriptors, 100u);
  EXPECT_EQ(ErrorOf("[sandbox]\nmode = \"off\"\n"),
            "hearth.toml:2: [sandbox] mode: \"off\" is for all functions or none: pass --sandbox off instead");
  EXPECT_EQ(ErrorOf("[sandbox]\nmode = \"lax\"\n"),
            "hearth.toml:2: [sandbox] mode: \"lax\" is none of strict, best-effort");
  EXPECT_EQ(ErrorOf("[sandbox]\negress = \"some\"\n"),
            "hearth.toml:2: [sandbox] egress: \"some\" is none of all, none");
  EXPECT_EQ(ErrorOf("[sandbox]\nreadable = [\"nowhere\"]\n"),
            "hearth.toml:2: [sandbox] readable: \"nowhere\" does not exist");
}

TEST_F(ConfigTest, AnEmptyFileLeavesAllToTheCaller) {
  const FunctionSpec spec = ReadOne("# nothing\n");
  const FunctionSpec defaults;
  EXPECT_EQ(spec.name, "");
  EXPECT_EQ(spec.kind, FunctionKind::kDetect);
  EXPECT_EQ(spec.directory, folder_.Path());
  EXPECT_EQ(spec.entry, "");
  EXPECT_EQ(spec.handler, "");
  EXPECT_TRUE(spec.environment.empty());
  EXPECT_EQ(spec.limits.timeout, defaults.limits.timeout);
  EXPECT_EQ(spec.limits.memory_bytes, defaults.limits.memory_bytes);
  EXPECT_EQ(spec.scaling.queue_length, defaults.scaling.queue_length);
}

TEST_F(ConfigTest, EveryKey) {
  folder_.Write("src/app.js", "");
  const FunctionSpec spec = ReadOne(R"(
    name = "orders"
    kind = "lambda"
    entry = "./src/app.js"
    handler = "app.handlers.create"
    [limits]
    timeout = "3s"
    init = "250ms"
    memory = "128MB"
    request = "512KB"
    response = "10GB"
    log = "0B"
    [scaling]
    concurrency = 2
    max_instances = 10_000
    idle_timeout = "0s"
    queue = 0
    [env]
    A = "text"
  )");
  EXPECT_EQ(spec.name, "orders");
  EXPECT_EQ(spec.kind, FunctionKind::kLambda);
  EXPECT_EQ(spec.entry, folder_.Path("src/app.js"));
  EXPECT_EQ(spec.handler, "handlers.create");
  EXPECT_EQ(spec.limits.timeout, 3s);
  EXPECT_EQ(spec.limits.init, 250ms);
  EXPECT_EQ(spec.limits.memory_bytes, 128 * kMegabyte);
  EXPECT_EQ(spec.limits.request_bytes, 512u << 10);
  EXPECT_EQ(spec.limits.response_bytes, 10ull << 30);
  EXPECT_EQ(spec.limits.log_bytes, 0u);
  EXPECT_EQ(spec.scaling.concurrency, 2u);
  EXPECT_EQ(spec.scaling.max_instances, 10000u);
  EXPECT_EQ(spec.scaling.idle_timeout, 0s);
  EXPECT_EQ(spec.scaling.queue_length, 0u);
  EXPECT_EQ(spec.environment, (Environment{{"A", "text"}}));
}

TEST_F(ConfigTest, EveryKind) {
  EXPECT_EQ(ReadOne("kind = 'lambda'").kind, FunctionKind::kLambda);
  EXPECT_EQ(ReadOne("kind = 'fetch'").kind, FunctionKind::kFetch);
  EXPECT_EQ(ReadOne("kind = 'server'").kind, FunctionKind::kServer);
  EXPECT_EQ(ReadOne("kind = 'http'").kind, FunctionKind::kHttp);
  EXPECT_EQ(ReadOne("kind = 'cloudevent'").kind, FunctionKind::kCloudEvent);
}

TEST_F(ConfigTest, NumbersAndBooleansOfTheEnvironmentAreTextAsWritten) {
  const FunctionSpec spec = ReadOne(
      "[env]\n"
      "EMPTY = ''\n"
      "PORT = 8080 # comment\n"
      "VERSION = 1.10\n"
      "HEX = 0x1F\n"
      "BIG = 1_000\n"
      "SIGN = +7\n"
      "DEBUG = true\n"
      "_inline1=-inf\n");
  EXPECT_EQ(spec.environment, (Environment{{"EMPTY", ""},
                                           {"PORT", "8080"},
                                           {"VERSION", "1.10"},
                                           {"HEX", "0x1F"},
                                           {"BIG", "1_000"},
                                           {"SIGN", "+7"},
                                           {"DEBUG", "true"},
                                           {"_inline1", "-inf"}}));
  EXPECT_EQ(ReadOne("env = { A = '\u00e4\u00f6\u20ac', B = 1.50, C = false }").environment,
            (Environment{{"A", "\u00e4\u00f6\u20ac"}, {"B", "1.50"}, {"C", "false"}}))
      << "columns count characters, not bytes";
  EXPECT_EQ(ReadOne("\xef\xbb\xbf"
                    "env.A = 1.50\r\nenv.B = 2.50\r\n")
                .environment,
            (Environment{{"A", "1.50"}, {"B", "2.50"}}));
}

TEST_F(ConfigTest, EnvironmentErrors) {
  EXPECT_EQ(ErrorOf("[env]\n1A = 'x'"),
            "hearth.toml:2: [env]: \"1A\" is not a name of an environment variable: letters, digits and _, the first "
            "one no digit");
  EXPECT_EQ(ErrorOf("env.'A B' = ''").substr(0, 26), "hearth.toml:1: [env]: \"A B");
  EXPECT_EQ(ErrorOf("env.'' = ''").substr(0, 24), "hearth.toml:1: [env]: \"\"");
  EXPECT_EQ(ErrorOf("[env]\nA = [1]"), "hearth.toml:2: [env] A: expected a string, number or boolean, not an array");
  EXPECT_EQ(ErrorOf("[env]\nA.B = 1"), "hearth.toml:2: [env] A: expected a string, number or boolean, not a table");
  EXPECT_EQ(ErrorOf("[env]\nA = 2026-01-01"),
            "hearth.toml:2: [env] A: expected a string, number or boolean, not a date");
  EXPECT_EQ(ErrorOf("[env]\nA = \"a\\u0000b\""), "hearth.toml:2: [env] A: must not hold a NUL character");
}

TEST_F(ConfigTest, UnknownKeys) {
  EXPECT_EQ(ErrorOf("[limits]\nmemory = '128MB'\ntimout = '3s'"),
            "hearth.toml:3: unknown key \"timout\" in [limits]; did you mean \"timeout\"?");
  EXPECT_EQ(ErrorOf("nme = 'x'"), "hearth.toml:1: unknown key \"nme\"; did you mean \"name\"?");
  EXPECT_EQ(ErrorOf("[limit]\ntimeout = '3s'"), "hearth.toml:1: unknown key \"limit\"; did you mean \"limits\"?");
  EXPECT_EQ(ErrorOf("colour = 'red'"), "hearth.toml:1: unknown key \"colour\"");
  EXPECT_EQ(ErrorOf("scaling = { maxInstances = 1 }"),
            "hearth.toml:1: unknown key \"maxInstances\" in [scaling]; did you mean \"max_instances\"?");
  EXPECT_EQ(ErrorOf("[functions.a]\nentri = 'a.js'"),
            "hearth.toml:2: unknown key \"entri\" in [functions.a]; did you mean \"entry\"?");
  EXPECT_EQ(ErrorOf("[functions.a.limits]\nmemry = '1GB'"),
            "hearth.toml:2: unknown key \"memry\" in [functions.a.limits]; did you mean \"memory\"?");
  EXPECT_EQ(ErrorOf("[functions.a.functions.b]"), "hearth.toml:1: unknown key \"functions\" in [functions.a]");
}

TEST_F(ConfigTest, KeysOfAnotherTable) {
  EXPECT_EQ(ErrorOf("timeout = '3s'"), "hearth.toml:1: unknown key \"timeout\"; it belongs in [limits]");
  EXPECT_EQ(ErrorOf("[limits]\nqueue = 3"),
            "hearth.toml:2: unknown key \"queue\" in [limits]; it belongs in [scaling]");
  EXPECT_EQ(ErrorOf("[functions.a]\nmemory = '1GB'"),
            "hearth.toml:2: unknown key \"memory\" in [functions.a]; it belongs in [functions.a.limits]");
  EXPECT_EQ(ErrorOf("[limits]\nkind = 'fetch'"),
            "hearth.toml:2: unknown key \"kind\" in [limits]; it belongs at the top of the file, before the first "
            "table");
  EXPECT_EQ(ErrorOf("[functions.a.limits]\nkind = 'fetch'"),
            "hearth.toml:2: unknown key \"kind\" in [functions.a.limits]; it belongs in [functions.a]");
}

TEST_F(ConfigTest, WrongTypes) {
  EXPECT_EQ(ErrorOf("name = 3"), "hearth.toml:1: name: expected a string, not an integer");
  EXPECT_EQ(ErrorOf("limits = 3"), "hearth.toml:1: [limits]: expected a table, not an integer");
  EXPECT_EQ(ErrorOf("[[limits]]"), "hearth.toml:1: [limits]: expected a table, not an array");
  EXPECT_EQ(ErrorOf("env = 'A=1'"), "hearth.toml:1: [env]: expected a table, not a string");
  EXPECT_EQ(ErrorOf("[functions]\na = 'a.js'"), "hearth.toml:2: [functions.a]: expected a table, not a string");
  EXPECT_EQ(ErrorOf("[limits]\ntimeout = true"),
            "hearth.toml:2: [limits] timeout: expected a duration such as \"3s\", not a boolean");
  EXPECT_EQ(ErrorOf("[limits]\nmemory = 1.5"),
            "hearth.toml:2: [limits] memory: expected a size such as \"128MB\", not a float");
  EXPECT_EQ(ErrorOf("[scaling]\nqueue = '3'"),
            "hearth.toml:2: [scaling] queue: expected an integer from 0 to 1000000, not a string");
  EXPECT_EQ(ErrorOf("[functions.a.limits]\nlog = []"),
            "hearth.toml:2: [functions.a.limits] log: expected a size such as \"128MB\", not an array");
}

TEST_F(ConfigTest, ANumberWithoutUnitIsRefused) {
  EXPECT_EQ(ErrorOf("[limits]\ntimeout = 3"), "hearth.toml:2: [limits] timeout: \"3\" has no unit: write \"3s\"");
  EXPECT_EQ(ErrorOf("[limits]\ntimeout = '3'"), "hearth.toml:2: [limits] timeout: \"3\" has no unit: write \"3s\"");
  EXPECT_EQ(ErrorOf("[limits]\nmemory = 128"), "hearth.toml:2: [limits] memory: \"128\" has no unit: write \"128MB\"");
}

TEST_F(ConfigTest, Ranges) {
  struct Case {
    const char* table;
    const char* key;
    const char* least;
    const char* most;
    const char* below;
    const char* above;
    const char* range;
  };
  constexpr Case kCases[] = {
      {"limits", "timeout", "'1ms'", "'24h'", "'0s'", "'25h'", "1ms to 24h"},
      {"limits", "init", "'1ms'", "'15m'", "'0s'", "'16m'", "1ms to 15m"},
      {"limits", "memory", "'96MB'", "'10GB'", "'95MB'", "'11GB'", "96MB to 10GB"},
      {"limits", "request", "'1B'", "'1GB'", "'0B'", "'2GB'", "1B to 1GB"},
      {"limits", "response", "'1B'", "'10GB'", "'0B'", "'11GB'", "1B to 10GB"},
      {"limits", "log", "'0B'", "'1GB'", nullptr, "'2GB'", "0B to 1GB"},
      {"scaling", "concurrency", "1", "1000", "0", "1001", "1 to 1000"},
      {"scaling", "max_instances", "1", "10000", "0", "10001", "1 to 10000"},
      {"scaling", "idle_timeout", "'0s'", "'24h'", nullptr, "'25h'", "0s to 24h"},
      {"scaling", "queue", "0", "1000000", "-1", "1000001", "0 to 1000000"},
  };
  for (const Case& each : kCases) {
    const auto with = [&](const char* value) { return std::string(each.table) + "." + each.key + " = " + value; };
    EXPECT_TRUE(Read(with(each.least)).ok()) << with(each.least);
    EXPECT_TRUE(Read(with(each.most)).ok()) << with(each.most);
    for (const char* value : {each.below, each.above}) {
      if (!value) continue;
      const std::string error = ErrorOf(with(value));
      EXPECT_TRUE(error.ends_with(std::string(" is out of range: ") + each.range)) << error;
      EXPECT_NE(error.find(std::string("[") + each.table + "] " + each.key + ": "), std::string::npos) << error;
    }
  }
}

TEST_F(ConfigTest, NamesAndKinds) {
  EXPECT_EQ(ErrorOf("name = 'a b'"),
            "hearth.toml:1: name: \"a b\" is not a function name: letters, digits, - and _, at most 64, the first one "
            "a letter or a digit");
  EXPECT_EQ(ErrorOf("name = ''"), "hearth.toml:1: name: must not be empty");
  EXPECT_EQ(ErrorOf("kind = 'lamda'"),
            "hearth.toml:1: kind: \"lamda\" is none of lambda, fetch, server, http, cloudevent; did you mean "
            "\"lambda\"?");
  EXPECT_EQ(ErrorOf("kind = 'python'"),
            "hearth.toml:1: kind: \"python\" is none of lambda, fetch, server, http, cloudevent");
}

TEST_F(ConfigTest, EntryErrors) {
  folder_.Write("README.md", "");
  folder_.Write("src/app.js", "");
  EXPECT_EQ(ErrorOf("\nentry = 'app.js'"), "hearth.toml:2: entry \"app.js\" is not a file in FOLDER");
  EXPECT_EQ(ErrorOf("entry = 'src'"), "hearth.toml:1: entry \"src\" is not a file in FOLDER");
  EXPECT_EQ(ErrorOf("entry = '../x/app.js'"),
            "hearth.toml:1: entry \"../x/app.js\" is not inside the function's folder");
  EXPECT_EQ(ErrorOf("entry = '/etc/app.js'"),
            "hearth.toml:1: entry \"/etc/app.js\" is not inside the function's folder");
  EXPECT_EQ(ErrorOf("entry = 'README.md'"),
            "hearth.toml:1: entry \"README.md\" is not a script: expected one of .mjs .js .cjs .ts .mts .cts");
  EXPECT_EQ(ReadOne("entry = 'lib/../src/app.js'").entry, folder_.Path("src/app.js"));
}

TEST_F(ConfigTest, AHandlerNamesFileAndExport) {
  folder_.Write("index.mjs", "");
  folder_.Write("src/app.ts", "");
  folder_.Write("v1.2/app.js", "");
  const auto read = [&](std::string_view handler) {
    const FunctionSpec spec = ReadOne("handler = '" + std::string(handler) + "'");
    EXPECT_EQ(spec.kind, FunctionKind::kLambda);
    return spec.entry.substr(folder_.Path().size() + 1) + " " + spec.handler;
  };
  EXPECT_EQ(read("index.handler"), "index.mjs handler");
  EXPECT_EQ(read("./index.handler"), "index.mjs handler");
  EXPECT_EQ(read("src/app.handlers.create"), "src/app.ts handlers.create");
  EXPECT_EQ(read("v1.2/app.handler"), "v1.2/app.js handler");
  EXPECT_EQ(ReadOne("handler = 'create'").handler, "create");
  EXPECT_EQ(ReadOne("handler = 'create'").entry, "");
}

TEST_F(ConfigTest, WithAnEntryAHandlerIsAnExportOfIt) {
  folder_.Write("src/app.js", "");
  const auto read = [&](std::string_view handler) {
    const FunctionSpec spec = ReadOne("entry = 'src/app.js'\nhandler = '" + std::string(handler) + "'");
    EXPECT_EQ(spec.entry, folder_.Path("src/app.js"));
    return spec.handler;
  };
  EXPECT_EQ(read("create"), "create");
  EXPECT_EQ(read("orders.create"), "orders.create");
  EXPECT_EQ(read("app.create"), "create");
  EXPECT_EQ(read("src/app.orders.create"), "orders.create");
  EXPECT_EQ(ErrorOf("entry = 'src/app.js'\nhandler = 'src/other.create'"),
            "hearth.toml:2: handler \"src/other.create\" names another file than entry \"src/app.js\"");
}

TEST_F(ConfigTest, HandlerErrors) {
  EXPECT_EQ(ErrorOf("handler = 'index.handler'"),
            "hearth.toml:1: handler \"index.handler\" names no file: FOLDER/index does not exist with any of .mjs .js "
            ".cjs .ts .mts .cts");
  EXPECT_EQ(ErrorOf("handler = '../index.handler'"),
            "hearth.toml:1: handler \"../index.handler\" is not inside the function's folder");
  for (const char* handler : {"index.", ".handler", "src/index", "src/", "src/.handler", ".."}) {
    EXPECT_EQ(ErrorOf("handler = '" + std::string(handler) + "'"),
              "hearth.toml:1: handler \"" + std::string(handler) + "\" is not of the form \"FILE.EXPORT\"");
  }
  EXPECT_EQ(ErrorOf("kind = 'fetch'\nhandler = 'create'"),
            "hearth.toml:2: handler \"create\" goes with kind \"lambda\", not \"fetch\"");
}

TEST_F(ConfigTest, Targets) {
  EXPECT_EQ(ReadOne("target = 'hello'").handler, "hello");
  EXPECT_EQ(ReadOne("target = 'hello'").kind, FunctionKind::kDetect);
  EXPECT_EQ(ReadOne("kind = 'cloudevent'\ntarget = 'hello'").kind, FunctionKind::kCloudEvent);
  EXPECT_EQ(ErrorOf("kind = 'lambda'\ntarget = 'hello'"),
            "hearth.toml:2: \"target\" goes with kind \"http\" or \"cloudevent\", not \"lambda\"");
  EXPECT_EQ(ErrorOf("target = 'hello'\nhandler = 'hello'"),
            "hearth.toml:2: handler: \"target\" is set too; a function has one or the other");
}

TEST_F(ConfigTest, SeveralFunctionsMergeWithTheDefaultsKeyByKey) {
  folder_.Write("shared.js", "");
  folder_.Write("b.js", "");
  const auto specs = Read(R"(
    entry = "shared.js"
    kind = "lambda"
    handler = "all"
    [limits]
    timeout = "3s"
    memory = "128MB"
    [env]
    A = "top"
    B = "top"
    [functions.zeta]
    handler = "zeta"
    limits.timeout = "9s"
    env = { B = "zeta", C = 1 }
    [functions.alpha]
    [functions.alpha.scaling]
    queue = 7
    [functions.beta]
    entry = "b.js"
    kind = "http"
    target = "hello"
  )");
  ASSERT_TRUE(specs.ok()) << specs.status();
  ASSERT_EQ(specs->size(), 3u);
  const FunctionSpec &zeta = (*specs)[0], &alpha = (*specs)[1], &beta = (*specs)[2];

  EXPECT_EQ(zeta.name, "zeta");
  EXPECT_EQ(zeta.entry, folder_.Path("shared.js"));
  EXPECT_EQ(zeta.handler, "zeta");
  EXPECT_EQ(zeta.limits.timeout, 9s);
  EXPECT_EQ(zeta.limits.memory_bytes, 128 * kMegabyte);
  EXPECT_EQ(zeta.environment, (Environment{{"A", "top"}, {"B", "zeta"}, {"C", "1"}}));

  EXPECT_EQ(alpha.name, "alpha");
  EXPECT_EQ(alpha.handler, "all");
  EXPECT_EQ(alpha.limits.timeout, 3s);
  EXPECT_EQ(alpha.scaling.queue_length, 7u);
  EXPECT_EQ(alpha.environment, (Environment{{"A", "top"}, {"B", "top"}}));

  EXPECT_EQ(beta.entry, folder_.Path("b.js"));
  EXPECT_EQ(beta.kind, FunctionKind::kHttp);
  EXPECT_EQ(beta.handler, "hello") << "its target takes the place of the default handler";
}

TEST_F(ConfigTest, AFunctionWithoutEntryIsTheFileOfItsName) {
  folder_.Write("hello.ts", "");
  folder_.Write("src/sum.js", "");
  const auto specs = Read("[functions.hello]\n[functions.sum]\n[functions.other]\n");
  ASSERT_TRUE(specs.ok()) << specs.status();
  EXPECT_EQ((*specs)[0].entry, folder_.Path("hello.ts"));
  EXPECT_EQ((*specs)[1].entry, folder_.Path("src/sum.js"));
  EXPECT_EQ((*specs)[2].entry, "");
}

TEST_F(ConfigTest, FunctionTablesAreNamedByTheirKey) {
  const std::string error = "\"name\" cannot be set here: a function of [functions] is called as its table";
  EXPECT_EQ(ErrorOf("[functions.a]\nname = 'b'"), "hearth.toml:2: " + error);
  EXPECT_EQ(ErrorOf("name = 'b'\n[functions.a]"), "hearth.toml:1: " + error);
  EXPECT_EQ(ErrorOf("[functions.'a b']"),
            "hearth.toml:1: [functions]: \"a b\" is not a function name: letters, digits, - and _, at most 64, the "
            "first one a letter or a digit");
  EXPECT_EQ(ErrorOf("[functions]"), "hearth.toml:1: [functions] holds no function");
}

TEST_F(ConfigTest, SyntaxErrorsHaveLineAndColumn) {
  const std::string error = ErrorOf("name = 'a'\nkind = lambda\n");
  EXPECT_TRUE(error.starts_with("hearth.toml:2:8: ")) << error;
  EXPECT_GT(error.size(), std::string("hearth.toml:2:8: ").size());
  EXPECT_TRUE(ErrorOf("a = 1\na = 2").starts_with("hearth.toml:2:")) << "a key twice";
  ErrorOf("a = '\xff'");
  ErrorOf(std::string(10000, '['));
  ErrorOf("a = " + std::string(10000, '['));
}

TEST_F(ConfigTest, TheFirstMistakeIsReported) {
  EXPECT_EQ(ErrorOf("zzzzzz = 1\naaaaaa = 1\n"), "hearth.toml:1: unknown key \"zzzzzz\"");
  EXPECT_EQ(ErrorOf("[scaling]\nqueue = -1\n[limits]\nmemory = '1B'\n").substr(0, 31),
            "hearth.toml:2: [scaling] queue:");
}

TEST_F(ConfigTest, AFileThatCannotBeRead) {
  EXPECT_EQ(ReadConfig(folder_.Path()).status().message(),
            "cannot read " + folder_.Path("hearth.toml") + ": No such file or directory");
  EXPECT_EQ(ReadConfig(folder_.Path("missing")).status().message(), "no such folder: " + folder_.Path("missing"));
}

}  // namespace
}  // namespace hearth
