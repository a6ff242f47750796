#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace hearth {

// The bytes of a regular file, without a leading UTF-8 byte order mark. Error: `cannot read PATH: REASON`.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path);

}  // namespace hearth
