#include "emulator/function_environment.h"

#include <unistd.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string_view>

#include "emulator/aws/environment.h"

namespace hearth {
namespace {

// Code reads its environment while it loads, before it is known to be a Lambda handler: an export of that name is taken
// as the sign.
bool LooksLikeLambda(const FunctionSpec& spec) {
  if (spec.kind != FunctionKind::kDetect) return spec.kind == FunctionKind::kLambda;
  if (!spec.handler.empty()) return true;
  std::ifstream file(spec.entry);
  std::stringstream text;
  text << file.rdbuf();
  static const std::regex exported(
      R"((exports\.handler\s*=|export\s+(async\s+)?(const|let|var|function\*?)\s+handler\b|export\s*\{[^}]*\bhandler\b))");
  return std::regex_search(text.str(), exported);
}

}  // namespace

void AddEnvironment(FunctionSpec& spec, const std::string& port) {
  auto& environment = spec.environment;
  environment.emplace("PORT", port);
  if (LooksLikeLambda(spec)) environment.merge(LambdaEnvironment(spec));
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    // hearth's own settings, and what would break a program that the function starts.
    if (equals == std::string_view::npos || name.starts_with("HEARTH_") || name == "LD_PRELOAD") continue;
    environment.emplace(name, text.substr(equals + 1));
  }
}

}  // namespace hearth
