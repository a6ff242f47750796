#pragma once

// The keys of [limits] and [scaling]: how each is read from TOML, and its value as a number, so that defaults and maxima can
// be applied to any of them alike.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "emulator/dev/toml_value.h"
#include "isolate_pool/pool/function_spec.h"

namespace hearth {

struct SpecKey {
  std::string_view key;
  absl::Status (*read)(const TomlValue& value, FunctionSpec* spec);
  // Milliseconds, bytes or a count; of what is none of these, the number of its value.
  uint64_t (*get)(const FunctionSpec& spec);
  void (*set)(FunctionSpec* spec, uint64_t value);
  // As it stands in a file: "60s", "512MB", 1024.
  std::string (*format)(uint64_t value);
  // What 0 stands for: no limit, or the kind's own default (limits.request and limits.response).
  enum class Zero { kValue, kUnlimited, kByKind } zero = Zero::kValue;
};

std::span<const SpecKey> LimitKeys();
std::span<const SpecKey> ScalingKeys();

// Null if there is none.
const SpecKey* FindKey(std::span<const SpecKey> keys, std::string_view key);

}  // namespace hearth
