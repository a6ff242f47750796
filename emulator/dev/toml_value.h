#pragma once

// A TOML file and its values, read with messages that say where: `PATH:LINE: [limits] timeout: …`. Wraps toml++ (whose
// exceptions end here); meant for config.cc alone.

#include <toml++/toml.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/units.h"

namespace hearth {

struct TomlFile {
  std::string path;
  std::string text;
  toml::table root;

  // `PATH:LINE: MESSAGE`, as InvalidArgument.
  absl::Status ErrorAt(const toml::source_region& where, std::string_view message) const;
};

// Errors: a file that cannot be read; text that is not TOML, as `PATH:LINE:COLUMN: DESCRIPTION`.
absl::StatusOr<TomlFile> ReadTomlFile(const std::filesystem::path& path);

// The entries of a table in the order of the file, so that the first mistake is the one that is reported.
std::vector<std::pair<const toml::key*, const toml::node*>> InFileOrder(const toml::table& table);

// Both ends are allowed.
struct CountRange {
  uint32_t min;
  uint32_t max;
};

// One value; `file` and `node` outlive it. The readers refuse a value of another type by naming the type they expect,
// and one out of range by naming the range; then `out` is not touched.
class TomlValue {
 public:
  // `label` says in messages which key it is: `[limits] timeout`.
  TomlValue(const TomlFile& file, const toml::node& node, std::string label)
      : file_(file), node_(node), label_(std::move(label)) {}

  const toml::source_region& where() const { return node_.source(); }
  absl::Status Error(std::string_view message) const;

  // A string that is not empty and holds no NUL.
  absl::Status Read(std::string* out) const;
  // Text with a unit, see base/units.h.
  absl::Status Read(DurationRange range, std::chrono::milliseconds* out) const;
  absl::Status Read(SizeRange range, uint64_t* out) const;
  absl::Status Read(CountRange range, uint32_t* out) const;
  absl::Status Read(bool* out) const;
  // A list of strings.
  absl::Status Read(std::vector<std::string>* out) const;
  absl::Status Read(const toml::table** out) const;
  // A string, which may be empty, or a number or boolean just as it is written in the file (`1.10`, `0x1F`).
  absl::Status ReadAsWritten(std::string* out) const;

 private:
  absl::Status WrongType(std::string_view expected) const;
  absl::Status CheckNoNul(std::string_view text) const;
  // A string, or an integer as written: a number without a unit, for a message that says which unit is missing.
  absl::StatusOr<std::string> Quantity(std::string_view expected) const;
  std::string Written() const;

  const TomlFile& file_;
  const toml::node& node_;
  const std::string label_;
};

}  // namespace hearth
