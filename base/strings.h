#pragma once

// Text from parts. Debian's Abseil has a string_view type of its own, which std::string_view does not convert to, so its
// StrCat and friends are of no use here.

#include <algorithm>
#include <concepts>
#include <ranges>
#include <string>
#include <string_view>

namespace hearth {

inline void AppendPart(std::string& out, std::string_view part) { out.append(part); }
template <std::integral Number>
void AppendPart(std::string& out, Number part) {
  out.append(std::to_string(part));
}

template <typename... Parts>
void StrAppend(std::string* out, const Parts&... parts) {
  (AppendPart(*out, parts), ...);
}

// StrCat("port ", 80, " is in use")
template <typename... Parts>
std::string StrCat(const Parts&... parts) {
  std::string out;
  StrAppend(&out, parts...);
  return out;
}

template <std::ranges::range Range>
std::string StrJoin(const Range& items, std::string_view separator) {
  std::string out;
  for (const auto& item : items) StrAppend(&out, out.empty() ? std::string_view() : separator, item);
  return out;
}

// ASCII only, as in header names.
inline bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace hearth
