#include "emulator/dev/framework.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

using Targets = std::vector<FrameworkTarget>;

TEST(FrameworkTest, FindsWhatASourceRegisters) {
  EXPECT_EQ(
      RegisteredTargets(R"(
    const functions = require('@google-cloud/functions-framework');
    functions.cloudEvent("onUpload", (event) => {});
    functions.http('hello', (req, res) => res.send('hi'));
    functions.typed(
      `sum`, (numbers) => 0);
  )"),
      (Targets{{"onUpload", FunctionKind::kCloudEvent}, {"hello", FunctionKind::kHttp}, {"sum", FunctionKind::kHttp}}));
  EXPECT_EQ(RegisteredTargets("import { http } from 'x';\nhttp('a', f);http('a', g)"),
            (Targets{{"a", FunctionKind::kHttp}}));
}

TEST(FrameworkTest, FindsNothingElse) {
  for (std::string_view source :
       {"", "http(", "http('", "http('a", "http('')", "http(name, f)", "http('a\"", "http('a\nb')", "http(`a${b}`)",
        "myhttp('a', f)", "_http('a')", "  // functions.http('a', f)", "/* functions.http('a', f) */",
        " * functions.http('a', f)", "createServer('a')"}) {
    EXPECT_EQ(RegisteredTargets(source), Targets{}) << source;
  }
}

TEST(FrameworkTest, SignatureKind) {
  EXPECT_EQ(SignatureKind("", ""), FunctionKind::kHttp);
  EXPECT_EQ(SignatureKind("f --signature-type=cloudevent", "functions.http('a')"), FunctionKind::kCloudEvent);
  EXPECT_EQ(SignatureKind("f --signature-type cloudevent", ""), FunctionKind::kCloudEvent);
  EXPECT_EQ(SignatureKind("f --signature-type=http", "functions.cloudEvent(x)"), FunctionKind::kHttp);
  EXPECT_EQ(SignatureKind("", "functions.cloudEvent(name, f)"), FunctionKind::kCloudEvent);
  EXPECT_EQ(SignatureKind("", "functions.cloudEvent(a, f); functions.http(b, g)"), FunctionKind::kHttp);
}

}  // namespace
}  // namespace hearth
