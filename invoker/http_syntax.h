#pragma once

// What HTTP can carry (RFC 9110, section 5). Whatever writes a head from someone else's strings asks here first: a line
// break in a header is a second message.

#include <algorithm>
#include <string_view>

namespace hearth {

// What methods and header names consist of.
inline bool IsHttpToken(std::string_view text) {
  const auto is_token_char = [](char c) {
    const bool is_alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_alphanumeric || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

inline bool IsControlCharacter(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

inline bool IsHeaderValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return IsControlCharacter(c) && c != '\t'; });
}

}  // namespace hearth
