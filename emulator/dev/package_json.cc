#include "emulator/dev/package_json.h"

#include <algorithm>
#include <string_view>
#include <system_error>

#include <boost/json.hpp>

#include "base/strings.h"
#include "emulator/dev/read_file.h"

namespace hearth {
namespace {

constexpr std::string_view kFunctionsFramework = "@google-cloud/functions-framework";

const boost::json::object* ObjectIn(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value ? value->if_object() : nullptr;
}

std::string StringIn(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  const boost::json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

// npm takes a list of patterns, yarn also an object that holds one.
bool HasWorkspaces(const boost::json::object& package) {
  const boost::json::value* value = package.if_contains("workspaces");
  if (!value) return false;
  if (const boost::json::array* list = value->if_array()) return !list->empty();
  return value->is_object();
}

bool DependsOn(const boost::json::object& package, std::string_view name) {
  for (std::string_view key : {"dependencies", "devDependencies"}) {
    const boost::json::object* dependencies = ObjectIn(package, key);
    if (dependencies && dependencies->contains(name)) return true;
  }
  return false;
}

// "LINE:COLUMN", both from 1, of the byte at `offset`.
std::string Position(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return StrCat(1 + std::count(before.begin(), before.end(), '\n'), ":", 1 + before.size() - line_start);
}

}  // namespace

absl::StatusOr<std::optional<PackageJson>> ReadPackageJson(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "package.json";
  std::error_code no_file;
  if (!std::filesystem::is_regular_file(path, no_file)) return std::nullopt;
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();

  boost::json::parser parser;
  boost::json::error_code error;
  const size_t consumed = parser.write(text->data(), text->size(), error);
  if (error) {
    return absl::InvalidArgumentError(
        StrCat(path.native(), ":", Position(*text, consumed), ": not valid JSON: ", error.message()));
  }
  const boost::json::value root = parser.release();
  const boost::json::object* package = root.if_object();
  if (!package) return absl::InvalidArgumentError(StrCat(path.native(), ": expected a JSON object"));

  PackageJson result;
  result.main = StringIn(*package, "main");
  if (const boost::json::object* scripts = ObjectIn(*package, "scripts")) result.start = StringIn(*scripts, "start");
  result.has_workspaces = HasWorkspaces(*package);
  result.uses_functions_framework = DependsOn(*package, kFunctionsFramework);
  return result;
}

}  // namespace hearth
