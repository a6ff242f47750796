#pragma once

// The parts of a request target, and percent-encoding.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth {

struct Target {
  std::string_view path;
  std::string_view query;  // without the question mark
};
Target SplitTarget(std::string_view target);

// Nothing if a percent sign is not followed by two hexadecimal digits. `plus_is_space` as in queries.
std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);

// "a=1&b" as {{"a", "1"}, {"b", ""}}, in order, decoded; what cannot be decoded is taken as it stands.
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view query);

}  // namespace hearth
