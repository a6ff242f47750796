#include "emulator/dev/discovery.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "emulator/dev/code_root.h"
#include "emulator/dev/config.h"
#include "emulator/dev/entry.h"
#include "emulator/dev/framework.h"
#include "emulator/dev/function_name.h"
#include "emulator/dev/package_json.h"
#include "emulator/dev/read_file.h"
#include "emulator/dev/start_script.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;
using Specs = std::vector<FunctionSpec>;

// Parts of names of files that stand beside functions and are none.
constexpr std::string_view kSupportFiles[] = {".test.", ".spec.", ".config."};

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

void Append(Specs more, Specs* specs) { std::move(more.begin(), more.end(), std::back_inserter(*specs)); }

const PackageJson* Pointer(const std::optional<PackageJson>& package) { return package ? &*package : nullptr; }

std::string NameOfFolder(const fs::path& folder) { return ToFunctionName(folder.filename().native()); }

std::string NameOfFile(const fs::path& file) {
  const std::string stem = file.stem().native();
  return stem == "index" ? NameOfFolder(file.parent_path()) : ToFunctionName(stem);
}

// --- functions-framework ---

bool IsFramework(FunctionKind kind) { return kind == FunctionKind::kHttp || kind == FunctionKind::kCloudEvent; }

// Whether `spec` runs in the framework. With kind kDetect its handler is a target (config.h).
bool UsesFramework(const FunctionSpec& spec, const PackageJson* package) {
  if (spec.kind != FunctionKind::kDetect) return IsFramework(spec.kind);
  return !spec.handler.empty() || (package && package->uses_functions_framework);
}

// One function, or several if the entry registers several and nothing says which is meant.
absl::StatusOr<Specs> ResolveTargets(FunctionSpec spec, const PackageJson* package) {
  const absl::StatusOr<std::string> source = ReadFile(spec.entry);
  if (!source.ok()) return source.status();
  const std::string_view start = package ? std::string_view(package->start) : std::string_view();
  std::vector<FrameworkTarget> targets = RegisteredTargets(*source);
  if (spec.kind != FunctionKind::kDetect) {
    std::erase_if(targets, [&](const FrameworkTarget& target) { return target.kind != spec.kind; });
  }
  const auto registered = [&](std::string_view name) {
    return std::find_if(targets.begin(), targets.end(), [&](const FrameworkTarget& t) { return t.name == name; });
  };

  if (spec.handler.empty()) spec.handler = FlagOfStartScript(start, "--target");
  if (spec.handler.empty() && targets.size() == 1) spec.handler = targets.front().name;
  if (spec.handler.empty() && targets.size() > 1 && registered(spec.name) != targets.end()) spec.handler = spec.name;
  if (spec.handler.empty() && targets.size() > 1) {
    if (!spec.name.empty()) {
      std::string names;
      for (const FrameworkTarget& each : targets) StrAppend(&names, names.empty() ? "" : ", ", each.name);
      return absl::InvalidArgumentError(StrCat(spec.entry, " registers several functions (", names,
                                               "): say with `target` in ", spec.directory, "/", kConfigFileName,
                                               " which one \"", spec.name, "\" is"));
    }
    Specs specs;
    for (const FrameworkTarget& target : targets) {
      FunctionSpec each = spec;
      each.name = ToFunctionName(target.name);
      each.kind = target.kind;
      each.handler = target.name;
      specs.push_back(std::move(each));
    }
    return specs;
  }
  if (spec.kind == FunctionKind::kDetect) {
    const auto target = registered(spec.handler);
    spec.kind = target != targets.end() ? target->kind : SignatureKind(start, *source);
  }
  return Specs{std::move(spec)};
}

// --- Files and folders ---

// Settles target and name of a function whose entry is known.
absl::StatusOr<Specs> Complete(FunctionSpec spec, const PackageJson* package, const std::string& default_name) {
  Specs specs;
  if (UsesFramework(spec, package)) {
    absl::StatusOr<Specs> targets = ResolveTargets(std::move(spec), package);
    if (!targets.ok()) return targets.status();
    specs = *std::move(targets);
  } else {
    specs.push_back(std::move(spec));
  }
  for (FunctionSpec& each : specs) {
    if (each.name.empty()) each.name = default_name;
  }
  return specs;
}

// The functions of a folder that is one itself, with their entries where these are known or found, but not yet
// complete. Empty if the folder is no function.
absl::StatusOr<Specs> ReadFolder(const fs::path& folder, const PackageJson* package) {
  const std::optional<fs::path> entry = FindEntry(folder, package);
  if (!IsFile(folder / kConfigFileName)) {
    if (!entry || (package && package->has_workspaces)) return Specs();
    FunctionSpec spec;
    spec.directory = folder.native();
    spec.entry = entry->native();
    return Specs{std::move(spec)};
  }
  absl::StatusOr<Specs> specs = ReadConfig(folder);
  if (!specs.ok()) return specs.status();
  for (FunctionSpec& spec : *specs) {
    if (spec.entry.empty() && entry) spec.entry = entry->native();
  }
  return specs;
}

absl::StatusOr<Specs> FunctionsOfFolder(const fs::path& folder, const PackageJson* package) {
  absl::StatusOr<Specs> specs = ReadFolder(folder, package);
  if (!specs.ok()) return specs.status();
  Specs result;
  for (FunctionSpec& spec : *specs) {
    if (spec.entry.empty()) {
      const std::string whose = spec.name.empty() ? "the function" : StrCat("function \"", spec.name, "\"");
      return absl::InvalidArgumentError(
          StrCat((folder / kConfigFileName).native(), ": no file found for ", whose, ": set `entry`, or add index.js"));
    }
    absl::StatusOr<Specs> complete = Complete(std::move(spec), package, NameOfFolder(folder));
    if (!complete.ok()) return complete.status();
    Append(*std::move(complete), &result);
  }
  return result;
}

absl::StatusOr<Specs> FunctionsOfFile(const fs::path& file) {
  const fs::path folder = file.parent_path();
  const absl::StatusOr<std::optional<PackageJson>> package = ReadPackageJson(folder);
  if (!package.ok()) return package.status();
  Specs chosen;
  if (IsFile(folder / kConfigFileName)) {
    absl::StatusOr<Specs> specs = ReadFolder(folder, Pointer(*package));
    if (!specs.ok()) return specs.status();
    for (FunctionSpec& spec : *specs) {
      // A configuration for which no file is found is meant for the file that is given.
      if (spec.entry.empty()) spec.entry = file.native();
      if (spec.entry == file) chosen.push_back(std::move(spec));
    }
  }
  if (chosen.empty()) {
    FunctionSpec spec;
    spec.directory = folder.native();
    spec.entry = file.native();
    chosen.push_back(std::move(spec));
  }
  Specs result;
  for (FunctionSpec& spec : chosen) {
    absl::StatusOr<Specs> complete = Complete(std::move(spec), Pointer(*package), NameOfFile(file));
    if (!complete.ok()) return complete.status();
    Append(*std::move(complete), &result);
  }
  return result;
}

bool IsFunctionFile(const fs::path& file) {
  const std::string name = file.filename().native();
  const auto occurs = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (!IsScript(file) || std::any_of(std::begin(kSupportFiles), std::end(kSupportFiles), occurs)) return false;
  // Of hello.ts and the hello.js compiled from it, one.
  std::error_code error;
  return FindScript(file.parent_path(), file.stem().native()) == fs::canonical(file, error);
}

// The functions in the subfolders and script files of a folder.
absl::StatusOr<Specs> FunctionsIn(const fs::path& folder, const PackageJson* package) {
  std::vector<fs::path> children;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().native();
    if (!name.starts_with('.') && name != "node_modules") children.push_back(it->path());
  }
  if (error) {
    return absl::InvalidArgumentError(StrCat("cannot read folder ", folder.native(), ": ", error.message()));
  }
  std::sort(children.begin(), children.end());

  Specs result;
  for (const fs::path& child : children) {
    absl::StatusOr<Specs> specs = Specs();
    if (IsFolder(child)) {
      const fs::path canonical = fs::canonical(child, error);
      if (error) continue;
      const absl::StatusOr<std::optional<PackageJson>> own_package = ReadPackageJson(canonical);
      if (!own_package.ok()) return own_package.status();
      specs = FunctionsOfFolder(canonical, Pointer(*own_package));
    } else if (IsFile(child) && IsFunctionFile(child)) {
      FunctionSpec spec;
      spec.directory = folder.native();
      spec.entry = fs::canonical(child, error).native();
      if (error) continue;
      specs = Complete(std::move(spec), package, NameOfFile(child));
    }
    if (!specs.ok()) return specs.status();
    Append(*std::move(specs), &result);
  }
  return result;
}

absl::Status NothingFound(const std::string& path, const PackageJson* package) {
  std::string files;
  for (std::string_view stem : kEntryStems) StrAppend(&files, files.empty() ? "" : ", ", stem, ".js");
  std::string message = StrCat("no function found in ", path, ": expected ", kConfigFileName,
                               ", package.json with \"main\", or one of ", files, " (or .mjs, .cjs, .ts, …)");
  if (package && package->has_workspaces) {
    StrAppend(&message, "; its package.json declares workspaces: pass their folders");
  }
  return absl::NotFoundError(message);
}

absl::StatusOr<Specs> DiscoverPath(const std::string& text) {
  std::error_code error;
  const fs::path path = fs::canonical(text, error);
  if (text.empty() || error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    return absl::NotFoundError(StrCat("no such file or folder: ", text));
  }
  if (error) return absl::InvalidArgumentError(StrCat("cannot read ", text, ": ", error.message()));
  if (!IsFolder(path)) {
    if (IsFile(path) && IsScript(path)) return FunctionsOfFile(path);
    return absl::InvalidArgumentError(StrCat("not a function: ", text,
                                             ": expected a folder or a file with one "
                                             "of ",
                                             StrJoin(kScriptExtensions, " ")));
  }
  const absl::StatusOr<std::optional<PackageJson>> package = ReadPackageJson(path);
  if (!package.ok()) return package.status();
  absl::StatusOr<Specs> specs = FunctionsOfFolder(path, Pointer(*package));
  if (specs.ok() && specs->empty()) specs = FunctionsIn(path, Pointer(*package));
  if (specs.ok() && specs->empty()) return NothingFound(text, Pointer(*package));
  return specs;
}

// Where a function is, so that two can be told apart in a message.
std::string Place(const FunctionSpec& spec, const FunctionSpec& other) {
  if (spec.directory != other.directory) return spec.directory;
  return spec.entry != other.entry ? spec.entry : StrCat(spec.entry, " (", spec.handler, ")");
}

}  // namespace

absl::StatusOr<std::vector<FunctionSpec>> Discover(const std::vector<std::string>& paths) {
  Specs specs;
  for (const std::string& path : paths) {
    absl::StatusOr<Specs> found = DiscoverPath(path);
    if (!found.ok()) return found.status();
    Append(*std::move(found), &specs);
  }
  const auto identity = [](const FunctionSpec& s) { return std::tie(s.name, s.directory, s.entry, s.handler); };
  std::stable_sort(specs.begin(), specs.end(),
                   [&](const FunctionSpec& a, const FunctionSpec& b) { return identity(a) < identity(b); });
  specs.erase(std::unique(specs.begin(), specs.end(),
                          [&](const FunctionSpec& a, const FunctionSpec& b) { return identity(a) == identity(b); }),
              specs.end());
  const auto twin = std::adjacent_find(specs.begin(), specs.end(),
                                       [](const FunctionSpec& a, const FunctionSpec& b) { return a.name == b.name; });
  if (twin != specs.end()) {
    return absl::AlreadyExistsError(StrCat("two functions are called \"", twin->name, "\": ", Place(*twin, twin[1]),
                                           " and ", Place(twin[1], *twin), ": set another `name` in the ",
                                           kConfigFileName, " of one"));
  }
  for (FunctionSpec& spec : specs) {
    std::vector<std::string> roots = CodeRoots(spec.directory);
    // The code first; what hearth.toml adds may lie in it.
    std::move(spec.sandbox.readable.begin(), spec.sandbox.readable.end(), std::back_inserter(roots));
    spec.sandbox.readable = std::move(roots);
  }
  return specs;
}

}  // namespace hearth
