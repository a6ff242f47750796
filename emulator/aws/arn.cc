#include "emulator/aws/arn.h"

#include <algorithm>
#include <vector>

#include "base/strings.h"

namespace hearth {
namespace {

std::vector<std::string_view> SplitAtColons(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

bool IsAccount(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string FunctionArn(std::string_view function) {
  return StrCat("arn:aws:lambda:", kAwsRegion, ":", kAwsAccount, ":function:", function);
}

std::optional<FunctionReference> ParseFunctionReference(std::string_view text) {
  const std::vector<std::string_view> parts = SplitAtColons(text);
  size_t next = 0;
  const auto left = [&] { return parts.size() - next; };
  // arn:<partition>:lambda:<region>:, then an account, then "function"; each of the three may be missing.
  if (left() >= 5 && parts[0] == "arn" && parts[2] == "lambda") next = 4;
  if (left() >= 3 && IsAccount(parts[next]) && parts[next + 1] == "function") ++next;
  if (left() >= 2 && parts[next] == "function") ++next;
  if (left() > 2) return std::nullopt;
  FunctionReference reference{std::string(parts[next]), left() == 2 ? std::string(parts[next + 1]) : std::string()};
  if (reference.name.empty() || (left() == 2 && reference.qualifier.empty())) return std::nullopt;
  return reference;
}

}  // namespace hearth
