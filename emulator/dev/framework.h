#pragma once

// Google's functions-framework, seen from outside: which functions a source file registers, and of which kind.
// The text is only searched, not run, so names that are computed are not found.

#include <string>
#include <string_view>
#include <vector>

#include "isolate_pool/pool/function_spec.h"

namespace hearth {

struct FrameworkTarget {
  std::string name;
  FunctionKind kind;  // kHttp or kCloudEvent

  friend bool operator==(const FrameworkTarget&, const FrameworkTarget&) = default;
};

// The calls `functions.http('NAME', …)`, `functions.cloudEvent('NAME', …)` and `functions.typed('NAME', …)` (HTTP too),
// also without `functions.`, each name once, in the order of the text. Lines that are comments do not count.
std::vector<FrameworkTarget> RegisteredTargets(std::string_view source);

// The kind of a function that is not registered by name: a CloudEvent function if the start script says
// `--signature-type=cloudevent`, or if the text calls `cloudEvent(` and nowhere `.http(`; else an HTTP function.
FunctionKind SignatureKind(std::string_view start, std::string_view source);

}  // namespace hearth
