#pragma once

#include <span>
#include <string_view>

namespace hearth {

// One file of isolate_pool/runtime, compiled into the binary.
struct RuntimeModule {
  std::string_view name;  // without ".js"
  std::string_view source;
};

std::span<const RuntimeModule> RuntimeModules();

}  // namespace hearth
