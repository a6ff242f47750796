#include "bench/compare/result.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "base/strings.h"
#include "base/utf8.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchema = "hearth.bench/1";
// A day of intervals of 100 ms takes less than half of it.
constexpr std::uintmax_t kMaxFileBytes = 256u << 20;
constexpr size_t kMaxShownBytes = 60;

enum class Form {
  kText,
  kNumber,     // finite, not negative
  kCount,      // a whole number, not negative
  kFlag,       // true or false
  kTexts,      // array
  kColumn,     // array of numbers or null, as long as series.t
  kObject,     // whatever is in it
  kErrors,     // array of objects with outcome, message and count
  kHistogram,  // array of [upper bound, count], ascending
};

struct Member {
  std::string_view path;  // "*" is any member
  Form form;
};
// Each may be absent, or null.
constexpr Member kMembers[] = {
    {"hearth_version", Form::kText},
    {"started_at", Form::kText},
    {"command", Form::kTexts},
    {"machine.cpus", Form::kCount},
    {"machine.cpu_model", Form::kText},
    {"machine.kernel", Form::kText},
    {"machine.memory_bytes", Form::kCount},
    {"target.kind", Form::kText},
    {"target.url", Form::kText},
    {"target.functions", Form::kTexts},
    {"target.server", Form::kObject},
    {"scenario.name", Form::kText},
    {"scenario.loop", Form::kText},
    {"scenario.arrivals", Form::kText},
    {"scenario.rate", Form::kNumber},
    {"scenario.rate_from", Form::kNumber},
    {"scenario.connections", Form::kCount},
    {"scenario.duration_s", Form::kNumber},
    {"scenario.warmup_s", Form::kNumber},
    {"scenario.count", Form::kCount},
    {"scenario.seed", Form::kCount},
    {"scenario.gap_s", Form::kNumber},
    {"scenario.burst", Form::kCount},
    {"rate.asked", Form::kNumber},
    {"rate.achieved", Form::kNumber},
    {"elapsed_s", Form::kNumber},
    {"outcomes.*", Form::kCount},
    {"errors", Form::kErrors},
    {"groups.*.n", Form::kCount},
    {"groups.*.latency.*", Form::kNumber},
    {"groups.*.phases.*.*", Form::kNumber},
    {"groups.*.starts.*", Form::kCount},
    {"groups.*.histogram", Form::kHistogram},
    {"histogram_error", Form::kNumber},
    {"series.interval_s", Form::kNumber},
    {"series.t", Form::kColumn},
    {"series.rate", Form::kColumn},
    {"series.p50", Form::kColumn},
    {"series.p99", Form::kColumn},
    {"series.cold", Form::kColumn},
    {"series.errors", Form::kColumn},
    {"series.instances.*", Form::kColumn},
    {"series.target_cpu", Form::kColumn},
    {"series.target_memory_mib", Form::kColumn},
    {"target_usage.cpu_seconds", Form::kNumber},
    {"target_usage.peak_memory_mib", Form::kNumber},
    {"generator.cpu_seconds", Form::kNumber},
    {"generator.late_p99", Form::kNumber},
    {"generator.saturated", Form::kFlag},
    {"generator.note", Form::kText},
};

bool IsNumber(const json::value& value) {
  if (!value.is_number()) return false;
  const double number = value.to_number<double>();
  return std::isfinite(number) && number >= 0;
}

bool IsCount(const json::value& value) {
  if (!IsNumber(value)) return false;
  const double number = value.to_number<double>();
  return number == std::floor(number);
}

template <typename Predicate>
bool IsArrayOf(const json::value& value, Predicate predicate) {
  return value.is_array() && std::ranges::all_of(value.get_array(), predicate);
}

bool IsError(const json::value& value) {
  if (!value.is_object()) return false;
  const auto is = [&](std::string_view name, auto predicate) {
    const json::value* member = Find(value, {name});
    return member == nullptr || predicate(*member);
  };
  const auto is_text = [](const json::value& member) { return member.is_string(); };
  return is("outcome", is_text) && is("message", is_text) && is("count", IsCount);
}

bool IsHistogram(const json::value& value) {
  double last = -1;
  return IsArrayOf(value, [&](const json::value& bucket) {
    if (!bucket.is_array() || bucket.get_array().size() != 2) return false;
    const json::value& bound = bucket.get_array()[0];
    if (!IsNumber(bound) || !IsCount(bucket.get_array()[1]) || bound.to_number<double>() <= last) return false;
    last = bound.to_number<double>();
    return true;
  });
}

// Empty if the value has the form, else what it should be.
std::string_view Wanted(const json::value& value, Form form) {
  switch (form) {
    case Form::kText:
      return value.is_string() ? "" : "must be a string";
    case Form::kNumber:
      return IsNumber(value) ? "" : "must be a number of 0 or more";
    case Form::kCount:
      return IsCount(value) ? "" : "must be a whole number of 0 or more";
    case Form::kFlag:
      return value.is_bool() ? "" : "must be true or false";
    case Form::kTexts:
      return IsArrayOf(value, [](const json::value& item) { return item.is_string(); }) ? ""
                                                                                        : "must be an array of strings";
    case Form::kColumn:
      return IsArrayOf(value, [](const json::value& item) { return item.is_null() || IsNumber(item); })
                 ? ""
                 : "must be an array of numbers of 0 or more, or null";
    case Form::kObject:
      return value.is_object() ? "" : "must be an object";
    case Form::kErrors:
      return IsArrayOf(value, IsError) ? "" : R"(must be an array of {"outcome", "message", "count"})";
    case Form::kHistogram:
      return IsHistogram(value) ? "" : "must be an array of [upper bound, count] in ascending order";
  }
  return "";
}

// Names of members come from the file, too.
std::string ShownName(std::string_view name) {
  std::string shown = ValidUtf8(name.substr(0, kMaxShownBytes));
  std::ranges::replace_if(shown, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return shown;
}

std::string Joined(std::string_view parent, std::string_view name) {
  return parent.empty() ? std::string(name) : StrCat(parent, ".", name);
}

class Checker {
 public:
  Checker(const json::value& root, std::string_view name) : root_(root), name_(name) {}

  absl::Status Check() {
    if (!root_.is_object()) return Error("is no result of `hearth bench --json`: it holds no JSON object");
    const json::value* schema = Find(root_, {"schema"});
    if (schema == nullptr || !schema->is_string()) {
      return Error("is no result of `hearth bench --json`: it has no member \"schema\"");
    }
    if (const std::string_view found = schema->get_string(); found != kSchema) {
      return Error(StrCat("has the schema \"", ShownName(found), "\"; this hearth reads \"", kSchema, "\""));
    }
    for (const Member& member : kMembers) {
      if (absl::Status status = CheckMember(root_, member.path, member.form, ""); !status.ok()) return status;
    }
    if (Find(root_, {"groups", "all"}) == nullptr) return Error("has no member groups.all");
    if (absl::Status status = CheckSeries(); !status.ok()) return status;
    return CheckGroups();
  }

 private:
  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(StrCat("\"", name_, "\" ", what));
  }
  absl::Status MemberError(std::string_view path, std::string_view what) const {
    return absl::InvalidArgumentError(StrCat("\"", name_, "\": ", path, " ", what));
  }

  absl::Status CheckMember(const json::value& value, std::string_view path, Form form, const std::string& where) const {
    if (value.is_null()) return absl::OkStatus();
    if (path.empty()) {
      const std::string_view wanted = Wanted(value, form);
      return wanted.empty() ? absl::OkStatus() : MemberError(where, wanted);
    }
    if (!value.is_object()) return MemberError(where, "must be an object");
    const size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    const std::string_view rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    for (const auto& [key, member] : value.get_object()) {
      const std::string_view found = key;
      if (name != "*" && name != found) continue;
      absl::Status status = CheckMember(member, rest, form, Joined(where, ShownName(found)));
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status CheckColumn(const json::value& column, size_t size, const std::string& path) const {
    if (!column.is_array() || column.get_array().size() == size) return absl::OkStatus();
    return MemberError(path, StrCat("has ", column.get_array().size(), " values, but series.t has ", size));
  }

  absl::Status CheckSeries() const {
    const json::value* series = Find(root_, {"series"});
    if (series == nullptr) return absl::OkStatus();
    const json::value* t = Find(*series, {"t"});
    if (t == nullptr) return MemberError("series", "has no member t");
    if (!std::ranges::all_of(t->get_array(), IsNumber)) return MemberError("series.t", "must not hold null");
    const size_t size = t->get_array().size();
    for (const auto& [key, column] : series->get_object()) {
      const std::string path = Joined("series", ShownName(key));
      if (absl::Status status = CheckColumn(column, size, path); !status.ok()) return status;
      if (!column.is_object()) continue;
      for (const auto& [state, values] : column.get_object()) {
        absl::Status status = CheckColumn(values, size, Joined(path, ShownName(state)));
        if (!status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckGroups() const {
    for (const auto& [name, group] : Find(root_, {"groups"})->get_object()) {
      const std::string path = Joined("groups", ShownName(name));
      if (group.is_null()) continue;
      const std::optional<double> n = FindNumber(group, {"n"});
      if (!n) return MemberError(path, "has no member n");
      const json::value* histogram = Find(group, {"histogram"});
      if (histogram == nullptr) continue;
      double sum = 0;
      for (const json::value& bucket : histogram->get_array()) sum += bucket.get_array()[1].to_number<double>();
      if (sum != *n) {
        return MemberError(path, StrCat("has n = ", static_cast<uint64_t>(*n), ", but its histogram counts ",
                                        static_cast<uint64_t>(sum)));
      }
    }
    return absl::OkStatus();
  }

  const json::value& root_;
  const std::string_view name_;
};

}  // namespace

absl::StatusOr<json::value> ParseResult(std::string_view text, std::string_view name) {
  json::error_code error;
  json::value result = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return absl::InvalidArgumentError(StrCat("\"", name, "\" holds no JSON: ", error.message()));
  if (absl::Status status = Checker(result, name).Check(); !status.ok()) return status;
  return result;
}

absl::StatusOr<json::value> ReadResult(const std::string& path) {
  if (path == "-") return ParseResult(std::string{std::istreambuf_iterator<char>(std::cin), {}}, "standard input");
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return absl::NotFoundError(StrCat("there is no file \"", path, "\""));
  }
  if (status.type() == std::filesystem::file_type::directory) {
    return absl::InvalidArgumentError(StrCat("\"", path, "\" is a folder, not a result of `hearth bench --json`"));
  }
  if (const std::uintmax_t size = std::filesystem::file_size(path, error); !error && size > kMaxFileBytes) {
    return absl::InvalidArgumentError(StrCat("\"", path, "\" is larger than ", kMaxFileBytes >> 20, " MiB"));
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return absl::InvalidArgumentError(StrCat("cannot read \"", path, "\""));
  return ParseResult(text, path);
}

const json::value* Find(const json::value& object, std::initializer_list<std::string_view> path) {
  const json::value* value = &object;
  for (const std::string_view name : path) {
    if (!value->is_object()) return nullptr;
    value = value->get_object().if_contains(json::string_view(name.data(), name.size()));
    if (value == nullptr) return nullptr;
  }
  return value->is_null() ? nullptr : value;
}

std::optional<double> FindNumber(const json::value& object, std::initializer_list<std::string_view> path) {
  const json::value* value = Find(object, path);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

}  // namespace hearth::bench
