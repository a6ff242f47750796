#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace hearth {

// JSON.parse has no limit of depth, Boost.JSON's default is 32. The parser does not recurse; destroying a value does.
inline constexpr size_t kMaxJsonDepth = 1000;

// Nothing if `text` is not JSON; then `*why`, if given, says why.
inline std::optional<boost::json::value> ParseJson(std::string_view text, std::string* why = nullptr) {
  boost::json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error, {}, options);
  if (!error) return value;
  if (why != nullptr) *why = error.message();
  return std::nullopt;
}

}  // namespace hearth
