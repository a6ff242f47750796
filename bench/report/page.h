#pragma once

#include <string_view>

namespace hearth::bench {

// The page with its script and style, and "{{RESULT}}" once, where the result belongs.
extern const std::string_view kReportPage;

}  // namespace hearth::bench
