#include "emulator/dev/framework.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "emulator/dev/start_script.h"

namespace hearth {
namespace {

struct Registration {
  std::string_view call;
  FunctionKind kind;
};

constexpr Registration kRegistrations[] = {
    {"http(", FunctionKind::kHttp},
    {"typed(", FunctionKind::kHttp},
    {"cloudEvent(", FunctionKind::kCloudEvent},
};

bool IsIdentifier(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '$'; }

std::string_view WithoutLeadingSpace(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

// Whether the line of `at` is a comment from its start: `// …` or, inside a block comment, `* …`.
bool InCommentLine(std::string_view source, size_t at) {
  const size_t line_start = source.substr(0, at).rfind('\n') + 1;  // npos + 1 is 0
  const std::string_view line = WithoutLeadingSpace(source.substr(line_start, at - line_start));
  return line.starts_with("//") || line.starts_with("/*") || line.starts_with('*');
}

// The string literal that `text` starts with, after white space.
std::optional<std::string_view> LeadingLiteral(std::string_view text) {
  text = WithoutLeadingSpace(text);
  if (text.empty() || std::string_view("'\"`").find(text.front()) == std::string_view::npos) return std::nullopt;
  const size_t end = text.find_first_of("'\"`\n\\$", 1);
  if (end == std::string_view::npos || end == 1 || text[end] != text.front()) return std::nullopt;
  return text.substr(1, end - 1);
}

}  // namespace

std::vector<FrameworkTarget> RegisteredTargets(std::string_view source) {
  struct Found {
    size_t at;
    FrameworkTarget target;
  };
  std::vector<Found> found;
  for (const auto& [call, kind] : kRegistrations) {
    for (size_t at = source.find(call); at != std::string_view::npos; at = source.find(call, at + call.size())) {
      if (at > 0 && IsIdentifier(source[at - 1])) continue;
      const std::optional<std::string_view> name = LeadingLiteral(source.substr(at + call.size()));
      if (name && !InCommentLine(source, at)) found.push_back({at, {std::string(*name), kind}});
    }
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.at < b.at; });
  std::vector<FrameworkTarget> targets;
  for (Found& each : found) {
    const auto has_name = [&](const FrameworkTarget& target) { return target.name == each.target.name; };
    if (std::none_of(targets.begin(), targets.end(), has_name)) targets.push_back(std::move(each.target));
  }
  return targets;
}

FunctionKind SignatureKind(std::string_view start, std::string_view source) {
  const std::string_view type = FlagOfStartScript(start, "--signature-type");
  if (!type.empty()) return type == "cloudevent" ? FunctionKind::kCloudEvent : FunctionKind::kHttp;
  const bool has_event = source.find("cloudEvent(") != std::string_view::npos;
  const bool has_http = source.find(".http(") != std::string_view::npos;
  return has_event && !has_http ? FunctionKind::kCloudEvent : FunctionKind::kHttp;
}

}  // namespace hearth
