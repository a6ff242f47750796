#pragma once

// What hearth wants to know of a function's package.json. Fields that are missing or of another type count as absent,
// as Node and npm take them.

#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace hearth {

struct PackageJson {
  std::string main;                       // "main"; empty if absent
  std::string start;                      // "scripts"."start"; empty if absent
  bool has_workspaces = false;            // "workspaces" names packages: the folder is a monorepo's root, no package
  bool uses_functions_framework = false;  // depends on @google-cloud/functions-framework (also for development only)
};

// Reads directory/package.json; nothing if there is none. Errors name the file and, for text that is not JSON, the
// position: `PATH/package.json:3:14: not valid JSON: syntax error`.
absl::StatusOr<std::optional<PackageJson>> ReadPackageJson(const std::filesystem::path& directory);

}  // namespace hearth
