#include "emulator/function_environment.h"

#include <unistd.h>

#include <cctype>
#include <fstream>
#include <sstream>
#include <string_view>

#include "emulator/aws/environment.h"

namespace hearth {
namespace {

// Whether the word stands in the text by itself, after `before` (spaces between them do not count).
bool HasExport(std::string_view text, std::string_view before) {
  constexpr std::string_view kName = "handler";
  constexpr std::string_view kSpaces = " \t\r\n";
  for (size_t at = text.find(before); at != std::string_view::npos; at = text.find(before, at + 1)) {
    const size_t word = text.find_first_not_of(kSpaces, at + before.size());
    if (word == std::string_view::npos) return false;
    const std::string_view rest = text.substr(word);
    if (!rest.starts_with(kName)) continue;
    const unsigned char next = rest.size() > kName.size() ? static_cast<unsigned char>(rest[kName.size()]) : ' ';
    if (std::isalnum(next) == 0 && next != '_' && next != '$') return true;
  }
  return false;
}

// Code reads its environment while it loads, before it is known to be a Lambda handler: an export of that name is taken
// as the sign. Wrong guesses cost a few variables too many or too few; the instance itself decides the kind.
bool LooksLikeLambda(const FunctionSpec& spec) {
  if (spec.kind != FunctionKind::kDetect) return spec.kind == FunctionKind::kLambda;
  if (!spec.handler.empty()) return true;
  std::ifstream file(spec.entry);
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  for (std::string_view before : {"exports.", "export const", "export let", "export var", "export function",
                                  "export async function", "export {"}) {
    if (HasExport(text, before)) return true;
  }
  return false;
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
