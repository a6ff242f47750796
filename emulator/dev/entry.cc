#include "emulator/dev/entry.h"

#include <algorithm>
#include <system_error>

#include "base/strings.h"
#include "emulator/dev/start_script.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> ExistingFile(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  fs::path canonical = fs::canonical(path, error);
  if (error) return std::nullopt;
  return canonical;
}

std::optional<fs::path> FindConventionalEntry(const fs::path& directory) {
  for (std::string_view stem : kEntryStems) {
    if (auto entry = FindScript(directory, stem)) return entry;
  }
  return std::nullopt;
}

}  // namespace

bool IsScript(const fs::path& path) {
  const fs::path extension = path.extension();
  if (std::find(kScriptExtensions.begin(), kScriptExtensions.end(), extension.native()) == kScriptExtensions.end()) {
    return false;
  }
  const bool is_typescript = extension.native().ends_with("ts");
  return !(is_typescript && path.stem().extension() == ".d");
}

std::optional<fs::path> InFolder(const fs::path& directory, std::string_view relative) {
  const fs::path path = fs::path(relative).lexically_normal();
  if (path.is_absolute() || (!path.empty() && *path.begin() == "..")) return std::nullopt;
  return directory / path;
}

std::optional<fs::path> FindScript(const fs::path& directory, std::string_view name) {
  const std::optional<fs::path> path = InFolder(directory, name);
  if (!path || !path->has_filename()) return std::nullopt;
  for (std::string_view extension : kScriptExtensions) {
    if (auto file = ExistingFile(StrCat(path->native(), extension))) return file;
  }
  return std::nullopt;
}

std::optional<fs::path> ResolveScript(const fs::path& directory, std::string_view name) {
  const std::optional<fs::path> path = InFolder(directory, name);
  if (!path) return std::nullopt;
  if (auto file = ExistingFile(*path)) return IsScript(*path) ? file : std::nullopt;
  if (auto file = FindScript(directory, name)) return file;
  return FindScript(*path, "index");
}

std::optional<fs::path> FindEntry(const fs::path& directory, const PackageJson* package) {
  if (package && !package->main.empty()) {
    if (auto entry = ResolveScript(directory, package->main)) return entry;
  }
  if (package) {
    if (const std::optional<std::string_view> file = FileOfStartScript(package->start)) {
      if (auto entry = ResolveScript(directory, *file)) return entry;
    }
  }
  if (auto entry = FindConventionalEntry(directory)) return entry;
  return FindConventionalEntry(directory / "src");
}

}  // namespace hearth
