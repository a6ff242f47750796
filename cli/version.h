#pragma once

namespace hearth {

inline constexpr char kVersion[] = "0.1.0";

// `hearth version`: hearth's own version and those of the engine that it would start.
int RunVersion(bool json);

}  // namespace hearth
