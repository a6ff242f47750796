#include "emulator/dev/config.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "emulator/dev/edit_distance.h"
#include "emulator/dev/entry.h"
#include "emulator/dev/function_name.h"
#include "emulator/dev/toml_value.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr uint64_t kKilobyte = 1ull << 10;
constexpr uint64_t kGigabyte = 1ull << 30;
constexpr std::string_view kKindNames[] = {"lambda", "fetch", "server", "http", "cloudevent"};

// A text that is checked only when all tables that can set it have been read.
struct Setting {
  std::string text;
  toml::source_region where;
};

// A function while the tables that configure it are read, the most general first.
struct Draft {
  FunctionSpec spec;
  std::optional<Setting> entry;
  std::optional<Setting> handler;  // never together with target
  std::optional<Setting> target;
};

absl::Status ReadSetting(const TomlValue& value, std::optional<Setting>* out) {
  Setting setting{"", value.where()};
  if (absl::Status status = value.Read(&setting.text); !status.ok()) return status;
  *out = std::move(setting);
  return absl::OkStatus();
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::optional<std::string_view> closest = Closest(word, candidates);
  return closest ? absl::StrCat("; did you mean \"", *closest, "\"?") : "";
}

// --- Keys ---

struct Field {
  std::string_view key;
  absl::Status (*read)(const TomlValue& value, Draft* draft);
};

constexpr Field kLimitFields[] = {
    {"timeout", [](const TomlValue& v, Draft* d) { return v.Read({1ms, 24h}, &d->spec.limits.timeout); }},
    {"init", [](const TomlValue& v, Draft* d) { return v.Read({1ms, 15min}, &d->spec.limits.init); }},
    {"memory",
     [](const TomlValue& v, Draft* d) {
       return v.Read(SizeRange{96 * kMegabyte, 10 * kGigabyte}, &d->spec.limits.memory_bytes);
     }},
    {"request",
     [](const TomlValue& v, Draft* d) { return v.Read(SizeRange{1, kGigabyte}, &d->spec.limits.request_bytes); }},
    {"response",
     [](const TomlValue& v, Draft* d) { return v.Read(SizeRange{1, 10 * kGigabyte}, &d->spec.limits.response_bytes); }},
    {"log", [](const TomlValue& v, Draft* d) { return v.Read(SizeRange{0, kGigabyte}, &d->spec.limits.log_bytes); }},
};

constexpr Field kScalingFields[] = {
    {"concurrency",
     [](const TomlValue& v, Draft* d) { return v.Read(CountRange{1, 1000}, &d->spec.scaling.concurrency); }},
    {"max_instances",
     [](const TomlValue& v, Draft* d) { return v.Read(CountRange{1, 10000}, &d->spec.scaling.max_instances); }},
    {"idle_timeout", [](const TomlValue& v, Draft* d) { return v.Read({0s, 24h}, &d->spec.scaling.idle_timeout); }},
    {"queue",
     [](const TomlValue& v, Draft* d) { return v.Read(CountRange{0, 1000000}, &d->spec.scaling.queue_length); }},
};

absl::Status ReadName(const TomlValue& value, Draft* draft) {
  if (absl::Status status = value.Read(&draft->spec.name); !status.ok()) return status;
  if (IsFunctionName(draft->spec.name)) return absl::OkStatus();
  return value.Error(absl::StrCat("\"", draft->spec.name, "\" is not a function name: ", kFunctionNameRule));
}

absl::Status ReadKind(const TomlValue& value, Draft* draft) {
  std::string text;
  if (absl::Status status = value.Read(&text); !status.ok()) return status;
  const std::optional<FunctionKind> kind = ParseKind(text);
  if (!kind) {
    return value.Error(absl::StrCat("\"", text, "\" is none of ", absl::StrJoin(kKindNames, ", "),
                                    DidYouMean(text, kKindNames)));
  }
  draft->spec.kind = *kind;
  return absl::OkStatus();
}

absl::Status ReadEntry(const TomlValue& value, Draft* draft) { return ReadSetting(value, &draft->entry); }

absl::Status ReadHandler(const TomlValue& value, Draft* draft) {
  draft->target.reset();
  return ReadSetting(value, &draft->handler);
}

absl::Status ReadTarget(const TomlValue& value, Draft* draft) {
  draft->handler.reset();
  return ReadSetting(value, &draft->target);
}

constexpr Field kFunctionFields[] = {
    {"name", ReadName},
    {"kind", ReadKind},
    {"entry", ReadEntry},
    {"handler", ReadHandler},
    {"target", ReadTarget},
};

constexpr std::pair<std::string_view, std::span<const Field>> kSections[] = {
    {"limits", kLimitFields},
    {"scaling", kScalingFields},
};

const Field* FindField(std::span<const Field> fields, std::string_view key) {
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key == key; });
  return field == fields.end() ? nullptr : &*field;
}

bool IsEnvironmentName(std::string_view name) {
  const auto allowed = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; };
  return !name.empty() && !absl::ascii_isdigit(name.front()) && std::all_of(name.begin(), name.end(), allowed);
}

// --- Tables ---

class Reader {
 public:
  Reader(const TomlFile& file, const fs::path& directory) : file_(file), directory_(directory) {}

  absl::StatusOr<std::vector<FunctionSpec>> Read();

 private:
  // `path` is the table's name in the file, such as "functions.create"; empty for the top of the file.
  absl::Status ReadFunction(const toml::table& table, const std::string& path, Draft* draft);
  absl::Status ReadSection(const TomlValue& section, const std::string& path, std::span<const Field> fields,
                           Draft* draft);
  absl::Status ReadEnvironment(const TomlValue& section, const std::string& path, Draft* draft);
  absl::Status ReadFunctions(const TomlValue& functions, const Draft& defaults, std::vector<FunctionSpec>* specs);

  absl::StatusOr<FunctionSpec> Finish(Draft draft);
  absl::Status ResolveEntry(Draft* draft);
  absl::Status ResolveHandler(Draft* draft);

  TomlValue Value(const toml::node& node, const std::string& path, std::string_view key) const {
    return TomlValue(file_, node, path.empty() ? std::string(key) : absl::StrCat("[", path, "] ", key));
  }
  // A table as a value: it is called by its whole path.
  TomlValue Table(const toml::node& node, const std::string& path) const {
    return TomlValue(file_, node, absl::StrCat("[", path, "]"));
  }
  static std::string Below(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : absl::StrCat(path, ".", key);
  }
  // `owner` is the path of the function that the table at `path` belongs to; the same for the function's own table.
  absl::Status UnknownKey(const toml::key& key, const std::string& path, const std::string& owner,
                          std::span<const std::string_view> known) const;

  const TomlFile& file_;
  const fs::path& directory_;
};

absl::Status Reader::UnknownKey(const toml::key& key, const std::string& path, const std::string& owner,
                                std::span<const std::string_view> known) const {
  std::string message = absl::StrCat("unknown key \"", key.str(), "\"");
  if (!path.empty()) absl::StrAppend(&message, " in [", path, "]");
  std::string hint = DidYouMean(key.str(), known);
  for (const auto& [section, fields] : kSections) {
    if (FindField(fields, key.str())) hint = absl::StrCat("; it belongs in [", Below(owner, section), "]");
  }
  if (path != owner && FindField(kFunctionFields, key.str())) {
    hint = owner.empty() ? "; it belongs at the top of the file, before the first table"
                         : absl::StrCat("; it belongs in [", owner, "]");
  }
  return file_.ErrorAt(key.source(), absl::StrCat(message, hint));
}

absl::Status Reader::ReadFunction(const toml::table& table, const std::string& path, Draft* draft) {
  std::vector<std::string_view> known;
  for (const Field& field : kFunctionFields) known.push_back(field.key);
  for (const auto& section : kSections) known.push_back(section.first);
  known.push_back("env");
  if (path.empty()) known.push_back("functions");

  for (const auto& [key, node] : InFileOrder(table)) {
    const std::string_view name = key->str();
    absl::Status status;
    const auto section = std::find_if(std::begin(kSections), std::end(kSections),
                                      [&](const auto& each) { return each.first == name; });
    if (name == "name" && (!path.empty() || table.contains("functions"))) {
      status = file_.ErrorAt(key->source(), "\"name\" cannot be set here: a function of [functions] is called as its "
                                            "table");
    } else if (const Field* field = FindField(kFunctionFields, name)) {
      status = field->read(Value(*node, path, name), draft);
    } else if (section != std::end(kSections)) {
      status = ReadSection(Table(*node, Below(path, name)), path, section->second, draft);
    } else if (name == "env") {
      status = ReadEnvironment(Table(*node, Below(path, name)), Below(path, name), draft);
    } else if (name != "functions" || !path.empty()) {
      status = UnknownKey(*key, path, path, known);
    }
    if (!status.ok()) return status;
  }
  const toml::node* handler = table.get("handler");
  if (handler && table.contains("target")) {
    return Value(*handler, path, "handler").Error("\"target\" is set too; a function has one or the other");
  }
  return absl::OkStatus();
}
