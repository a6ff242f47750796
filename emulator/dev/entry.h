#pragma once

// Finds the file that a function's code starts with. All results are canonical absolute paths of existing script files;
// nothing else than the folder's own listing and its package.json is looked at, no code is run.

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/dev/package_json.h"

namespace hearth {

// What Node 26 runs, TypeScript included. Where a name without extension leaves a choice, the first wins, so that
// compiled JavaScript is taken rather than the TypeScript beside it.
inline constexpr std::array<std::string_view, 6> kScriptExtensions = {".mjs", ".js", ".cjs", ".ts", ".mts", ".cts"};

// Stems that make a file a folder's entry, in this order.
inline constexpr std::array<std::string_view, 6> kEntryStems = {"index",  "handler", "app",
                                                                "server", "main",    "function"};

// By name: one of kScriptExtensions, and no TypeScript declarations (`x.d.ts`).
bool IsScript(const std::filesystem::path& path);

// `relative` below `directory`, not checked for existence. Nothing for an absolute path and for one whose `..` leave
// the directory. Symbolic links are not looked at.
std::optional<std::filesystem::path> InFolder(const std::filesystem::path& directory, std::string_view relative);

// The file directory/name.EXTENSION with the first of kScriptExtensions that exists. `name` may hold folders.
std::optional<std::filesystem::path> FindScript(const std::filesystem::path& directory, std::string_view name);

// As Node resolves "main": the script itself, or one with an extension added, or the index of a folder of that name.
// Nothing if it does not exist, is no script, or leaves the directory.
std::optional<std::filesystem::path> ResolveScript(const std::filesystem::path& directory, std::string_view name);

// The entry of a folder: the first that exists of package.json's "main", the file of its start script, and a script
// called by one of kEntryStems, in the folder or else in its src/. `package` may be null.
std::optional<std::filesystem::path> FindEntry(const std::filesystem::path& directory, const PackageJson* package);

}  // namespace hearth
