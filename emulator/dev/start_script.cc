#include "emulator/dev/start_script.h"

#include <algorithm>
#include <vector>

namespace hearth {
namespace {

constexpr std::string_view kSpaces = " \t";
constexpr std::string_view kShellSyntax = "&|;<>()$`\"'\\*?{}~#\n";

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t at = text.find_first_not_of(kSpaces); at != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kSpaces, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kSpaces, end);
  }
  return words;
}

std::string_view WithoutQuotes(std::string_view word) {
  const bool quoted = word.size() >= 2 && word.front() == word.back() && (word.front() == '\'' || word.front() == '"');
  return quoted ? word.substr(1, word.size() - 2) : word;
}

}  // namespace

std::optional<std::string_view> FileOfStartScript(std::string_view start) {
  if (start.find_first_of(kShellSyntax) != std::string_view::npos) return std::nullopt;
  const std::vector<std::string_view> words = Words(start);
  if (words.size() < 2 || words.front() != "node" || words.back().starts_with('-')) return std::nullopt;
  // What stands between is a flag or the value of the flag before it (`--import tsx`); anything else would mean that
  // the last word is an argument of the program.
  for (size_t i = 1; i + 1 < words.size(); ++i) {
    const bool is_value = words[i - 1].starts_with('-') && words[i - 1].find('=') == std::string_view::npos;
    if (!words[i].starts_with('-') && !is_value) return std::nullopt;
  }
  return words.back();
}

std::string_view FlagOfStartScript(std::string_view start, std::string_view flag) {
  const std::vector<std::string_view> words = Words(start);
  for (size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with(flag)) continue;
    const std::string_view rest = words[i].substr(flag.size());
    if (rest.starts_with('=')) return WithoutQuotes(rest.substr(1));
    if (rest.empty() && i + 1 < words.size()) return WithoutQuotes(words[i + 1]);
  }
  return "";
}

}  // namespace hearth
