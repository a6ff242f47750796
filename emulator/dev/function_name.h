#pragma once

// Names of functions. A name is one path segment and one host label of a URL (`/hello/…`, `hello.localhost`), a metric
// label and a word on the command line, so it is restricted to [A-Za-z0-9][A-Za-z0-9_-]{0,63}.

#include <cstddef>
#include <string>
#include <string_view>

namespace hearth {

inline constexpr size_t kMaxFunctionNameBytes = 64;
// For messages: what a name may look like.
inline constexpr std::string_view kFunctionNameRule =
    "letters, digits, - and _, at most 64, the first one a letter or a digit";

bool IsFunctionName(std::string_view text);

// A function name made of the name of a file or folder: what a name may not hold becomes `-`, what it may not start
// with is dropped, the rest is cut. `my app` gives `my-app`, `.hidden` gives `hidden`. Never empty: "function" if
// nothing is left.
std::string ToFunctionName(std::string_view text);

}  // namespace hearth
