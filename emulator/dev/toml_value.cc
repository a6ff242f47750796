#include "emulator/dev/toml_value.h"

#include <algorithm>
#include <tuple>

#include "base/strings.h"
#include "emulator/dev/read_file.h"

namespace hearth {
namespace {

std::string_view TypeName(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a float";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::date:
      return "a date";
    case toml::node_type::time:
      return "a time";
    case toml::node_type::date_time:
      return "a date-time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

// Byte offset of a code point of a line, both counted from 0; toml++ counts columns in code points.
size_t OffsetOfCodePoint(std::string_view line, size_t index) {
  size_t offset = 0;
  for (; offset < line.size(); ++offset) {
    const bool is_start = (static_cast<unsigned char>(line[offset]) & 0xC0) != 0x80;
    if (is_start && index-- == 0) break;
  }
  return offset;
}

std::string_view Line(std::string_view text, size_t number) {
  for (; number > 1; --number) text.remove_prefix(std::min(text.size(), text.find('\n') + 1));
  return text.substr(0, text.find('\n'));
}

}  // namespace

absl::Status TomlFile::ErrorAt(const toml::source_region& where, std::string_view message) const {
  return absl::InvalidArgumentError(StrCat(path, ":", where.begin.line, ": ", message));
}

absl::StatusOr<TomlFile> ReadTomlFile(const std::filesystem::path& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  TomlFile file = {.path = path.native(), .text = *std::move(text), .root = {}};
  try {
    file.root = toml::parse(std::string_view(file.text));
  } catch (const toml::parse_error& error) {
    const toml::source_position& at = error.source().begin;
    return absl::InvalidArgumentError(
        StrCat(file.path, ":", at.line, ":", at.column, ": ", std::string_view(error.description())));
  }
  return file;
}

std::vector<std::pair<const toml::key*, const toml::node*>> InFileOrder(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (auto&& [key, node] : table) entries.emplace_back(&key, &node);
  const auto position = [](const auto& entry) {
    const toml::source_position& at = entry.first->source().begin;
    return std::make_tuple(at.line, at.column);
  };
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const auto& a, const auto& b) { return position(a) < position(b); });
  return entries;
}

absl::Status TomlValue::Error(std::string_view message) const {
  return file_.ErrorAt(where(), StrCat(label_, ": ", message));
}

absl::Status TomlValue::WrongType(std::string_view expected) const {
  return Error(StrCat("expected ", expected, ", not ", TypeName(node_)));
}

absl::Status TomlValue::CheckNoNul(std::string_view text) const {
  if (text.find('\0') == std::string_view::npos) return absl::OkStatus();
  return Error("must not hold a NUL character");
}

absl::Status TomlValue::Read(std::string* out) const {
  const toml::value<std::string>* text = node_.as_string();
  if (!text) return WrongType("a string");
  if (text->get().empty()) return Error("must not be empty");
  if (absl::Status status = CheckNoNul(text->get()); !status.ok()) return status;
  *out = text->get();
  return absl::OkStatus();
}

absl::StatusOr<std::string> TomlValue::Quantity(std::string_view expected) const {
  if (const toml::value<std::string>* text = node_.as_string()) return text->get();
  if (const toml::value<int64_t>* number = node_.as_integer()) return StrCat(number->get());
  return WrongType(expected);
}

absl::Status TomlValue::Read(DurationRange range, std::chrono::milliseconds* out) const {
  const absl::StatusOr<std::string> text = Quantity("a duration such as \"3s\"");
  if (!text.ok()) return text.status();
  const absl::StatusOr<std::chrono::milliseconds> duration = ParseDuration(*text, range);
  if (!duration.ok()) return Error(std::string(duration.status().message()));
  *out = *duration;
  return absl::OkStatus();
}

absl::Status TomlValue::Read(SizeRange range, uint64_t* out) const {
  const absl::StatusOr<std::string> text = Quantity("a size such as \"128MB\"");
  if (!text.ok()) return text.status();
  const absl::StatusOr<uint64_t> size = ParseSize(*text, range);
  if (!size.ok()) return Error(std::string(size.status().message()));
  *out = *size;
  return absl::OkStatus();
}

absl::Status TomlValue::Read(CountRange range, uint32_t* out) const {
  const toml::value<int64_t>* number = node_.as_integer();
  if (!number) return WrongType(StrCat("an integer from ", range.min, " to ", range.max));
  if (number->get() < range.min || number->get() > range.max) {
    return Error(StrCat(number->get(), " is out of range: ", range.min, " to ", range.max));
  }
  *out = static_cast<uint32_t>(number->get());
  return absl::OkStatus();
}

absl::Status TomlValue::Read(bool* out) const {
  const toml::value<bool>* boolean = node_.as_boolean();
  if (!boolean) return WrongType("true or false");
  *out = boolean->get();
  return absl::OkStatus();
}

absl::Status TomlValue::Read(std::vector<std::string>* out) const {
  const toml::array* list = node_.as_array();
  if (!list) return WrongType("a list of strings");
  std::vector<std::string> texts;
  for (const toml::node& node : *list) {
    if (absl::Status status = TomlValue(file_, node, label_).Read(&texts.emplace_back()); !status.ok()) return status;
  }
  *out = std::move(texts);
  return absl::OkStatus();
}

absl::Status TomlValue::Read(const toml::table** out) const {
  const toml::table* table = node_.as_table();
  if (!table) return WrongType("a table");
  *out = table;
  return absl::OkStatus();
}

absl::Status TomlValue::ReadAsWritten(std::string* out) const {
  if (const toml::value<std::string>* text = node_.as_string()) {
    if (absl::Status status = CheckNoNul(text->get()); !status.ok()) return status;
    *out = text->get();
    return absl::OkStatus();
  }
  if (!node_.is_number() && !node_.is_boolean()) return WrongType("a string, number or boolean");
  *out = Written();
  return absl::OkStatus();
}

std::string TomlValue::Written() const {
  // Numbers and booleans begin and end on one line.
  const std::string_view line = Line(file_.text, where().begin.line);
  const size_t begin = OffsetOfCodePoint(line, where().begin.column - 1);
  const size_t end = OffsetOfCodePoint(line, where().end.column - 1);
  return std::string(line.substr(begin, end - begin));
}

}  // namespace hearth
