#include "emulator/dev/function_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace hearth {
namespace {

bool IsAllowed(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; }

}  // namespace

bool IsFunctionName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxFunctionNameBytes && absl::ascii_isalnum(text.front()) &&
         std::all_of(text.begin(), text.end(), IsAllowed);
}

std::string ToFunctionName(std::string_view text) {
  const auto first = std::find_if(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isalnum(c); });
  std::string name(first, text.end());
  if (name.empty()) return "function";
  name.resize(std::min(name.size(), kMaxFunctionNameBytes));
  std::replace_if(name.begin(), name.end(), [](char c) { return !IsAllowed(c); }, '-');
  return name;
}

}  // namespace hearth
