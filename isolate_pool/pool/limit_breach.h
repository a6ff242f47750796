#pragma once

#include <string>

namespace hearth {

// The limit that an invocation or an instance broke.
struct LimitBreach {
  std::string name;   // its key: "limits.memory"
  std::string value;  // as configured: "512MB"
  std::string used;   // what was used of it, in the same form; empty where nobody knows
};

}  // namespace hearth
