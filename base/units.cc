#include "base/units.h"

#include <charconv>
#include <optional>
#include <span>
#include <system_error>

#include "base/strings.h"

namespace hearth {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

// Each from small to large, and the names that formatters use before their synonyms.
constexpr Unit kDurationUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}};
constexpr Unit kSizeUnits[] = {{"B", 1},         {"KB", 1 << 10},  {"MB", 1 << 20}, {"GB", 1 << 30},
                               {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};

// What a kind of quantity is called in messages.
struct Quantity {
  std::string_view name;
  std::span<const Unit> units;
  std::string_view units_in_words;
  std::string_view usual_unit;
  std::string_view example;
};

constexpr Quantity kDuration = {"duration", kDurationUnits, "ms, s, m or h", "s", "3s"};
constexpr Quantity kSize = {"size", kSizeUnits, "B, KB, MB or GB", "MB", "128MB"};

struct Parsed {
  bool too_large = false;
  uint64_t value = 0;
};

absl::StatusOr<Parsed> Parse(std::string_view text, const Quantity& quantity) {
  uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit = text.substr(rest - text.data());
  const bool has_number = rest != text.data();
  if (has_number && unit.empty()) {
    return absl::InvalidArgumentError(StrCat("\"", text, "\" has no unit: write \"", text, quantity.usual_unit, "\""));
  }
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  for (const Unit& known : quantity.units) {
    if (!has_number || known.name != unit) continue;
    if (error == std::errc::result_out_of_range) return Parsed{.too_large = true};
    Parsed parsed;
    parsed.too_large = __builtin_mul_overflow(number, known.factor, &parsed.value);
    return parsed;
  }
  return absl::InvalidArgumentError(StrCat("\"", text, "\" is not a ", quantity.name,
                                           ": write a whole number and one of ", quantity.units_in_words,
                                           ", such as \"", quantity.example, "\""));
}

// `units` are ordered as in the tables above: the first of two equal factors is the name to use.
std::string Format(uint64_t value, std::span<const Unit> units, std::string_view zero) {
  if (value == 0) return std::string(zero);
  const Unit* largest = &units.front();
  for (const Unit& unit : units) {
    if (value % unit.factor == 0 && unit.factor > largest->factor) largest = &unit;
  }
  return StrCat(value / largest->factor, largest->name);
}

absl::Status OutOfRange(std::string_view text, std::string_view min, std::string_view max) {
  return absl::InvalidArgumentError(StrCat("\"", text, "\" is out of range: ", min, " to ", max));
}

}  // namespace

absl::StatusOr<std::chrono::milliseconds> ParseDuration(std::string_view text, DurationRange range) {
  const absl::StatusOr<Parsed> parsed = Parse(text, kDuration);
  if (!parsed.ok()) return parsed.status();
  if (parsed->too_large || parsed->value < static_cast<uint64_t>(range.min.count()) ||
      parsed->value > static_cast<uint64_t>(range.max.count())) {
    return OutOfRange(text, FormatDuration(range.min), FormatDuration(range.max));
  }
  return std::chrono::milliseconds(parsed->value);
}

absl::StatusOr<uint64_t> ParseSize(std::string_view text, SizeRange range) {
  const absl::StatusOr<Parsed> parsed = Parse(text, kSize);
  if (!parsed.ok()) return parsed.status();
  if (parsed->too_large || parsed->value < range.min || parsed->value > range.max) {
    return OutOfRange(text, FormatSize(range.min), FormatSize(range.max));
  }
  return parsed->value;
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  const auto count = static_cast<uint64_t>(duration.count());
  // Nobody writes a negative duration, but the difference of two times may be one.
  if (duration.count() < 0) return StrCat("-", Format(0 - count, kDurationUnits, "0s"));
  return Format(count, kDurationUnits, "0s");
}

std::string FormatSize(uint64_t bytes) { return Format(bytes, kSizeUnits, "0B"); }

}  // namespace hearth
