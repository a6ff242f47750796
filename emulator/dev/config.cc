#include "emulator/dev/config.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "emulator/dev/edit_distance.h"
#include "emulator/dev/entry.h"
#include "emulator/dev/function_name.h"
#include "emulator/dev/spec_keys.h"
#include "emulator/dev/toml_value.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

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
  return closest ? StrCat("; did you mean \"", *closest, "\"?") : "";
}

// --- Keys ---

struct Field {
  std::string_view key;
  absl::Status (*read)(const TomlValue& value, Draft* draft);
};

absl::Status ReadMode(const TomlValue& value, Draft* draft) {
  std::string text;
  if (absl::Status status = value.Read(&text); !status.ok()) return status;
  const std::optional<sandbox::Mode> mode = sandbox::ParseMode(text);
  if (mode == sandbox::Mode::kOff) {
    return value.Error("\"off\" is for all functions or none: pass --sandbox off instead");
  }
  if (!mode) return value.Error(StrCat("\"", text, "\" is none of strict, best-effort"));
  draft->spec.sandbox.mode = *mode;
  return absl::OkStatus();
}

absl::Status ReadEgress(const TomlValue& value, Draft* draft) {
  std::string text;
  if (absl::Status status = value.Read(&text); !status.ok()) return status;
  const std::optional<sandbox::Egress> egress = sandbox::ParseEgress(text);
  if (!egress) return value.Error(StrCat("\"", text, "\" is none of all, none"));
  draft->spec.sandbox.egress = *egress;
  return absl::OkStatus();
}

absl::Status ReadReadable(const TomlValue& value, Draft* draft) {
  std::vector<std::string> paths;
  if (absl::Status status = value.Read(&paths); !status.ok()) return status;
  draft->spec.sandbox.readable.clear();
  for (const std::string& path : paths) {
    std::error_code failure;
    const fs::path canonical = fs::canonical(fs::path(draft->spec.directory) / path, failure);
    if (failure) return value.Error(StrCat("\"", path, "\" does not exist"));
    draft->spec.sandbox.readable.push_back(canonical.native());
  }
  return absl::OkStatus();
}

constexpr Field kSandboxFields[] = {{"mode", ReadMode}, {"egress", ReadEgress}, {"readable", ReadReadable}};

const Field* FindField(std::span<const Field> fields, std::string_view key) {
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key == key; });
  return field == fields.end() ? nullptr : &*field;
}

absl::Status ReadName(const TomlValue& value, Draft* draft) {
  if (absl::Status status = value.Read(&draft->spec.name); !status.ok()) return status;
  if (IsFunctionName(draft->spec.name)) return absl::OkStatus();
  return value.Error(StrCat("\"", draft->spec.name, "\" is not a function name: ", kFunctionNameRule));
}

absl::Status ReadKind(const TomlValue& value, Draft* draft) {
  std::string text;
  if (absl::Status status = value.Read(&text); !status.ok()) return status;
  const std::optional<FunctionKind> kind = ParseKind(text);
  if (!kind) {
    return value.Error(StrCat("\"", text, "\" is none of ", StrJoin(kKindNames, ", "), DidYouMean(text, kKindNames)));
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

absl::Status ReadTenant(const TomlValue& value, Draft* draft) {
  if (absl::Status status = value.Read(&draft->spec.tenant); !status.ok()) return status;
  if (IsFunctionName(draft->spec.tenant)) return absl::OkStatus();
  return value.Error(StrCat("\"", draft->spec.tenant, "\" is not a tenant's name: ", kFunctionNameRule));
}

constexpr Field kFunctionFields[] = {
    {"name", ReadName},       {"kind", ReadKind},     {"entry", ReadEntry},
    {"handler", ReadHandler}, {"target", ReadTarget}, {"tenant", ReadTenant},
};

// A table below a function's own: of keys that host_config.h knows too, or of others.
struct Section {
  std::string_view name;
  std::span<const SpecKey> keys;
  std::span<const Field> fields;

  bool Knows(std::string_view key) const { return FindKey(keys, key) != nullptr || FindField(fields, key) != nullptr; }
};

std::array<Section, 3> Sections() {
  return {{{"limits", LimitKeys(), {}}, {"scaling", ScalingKeys(), {}}, {"sandbox", {}, kSandboxFields}}};
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
  // `owner` is the path of the function that the section at `path` belongs to.
  absl::Status ReadSection(const toml::node& node, const std::string& path, const std::string& owner,
                           const Section& section, Draft* draft);
  absl::Status ReadEnvironment(const toml::node& node, const std::string& path, Draft* draft);
  absl::StatusOr<std::vector<FunctionSpec>> ReadFunctions(const toml::table& functions, const Draft& defaults);

  // The file of a [functions.X] that names none: X with whatever extension a script has. Empty if there is none.
  std::string ScriptNamed(const std::string& name) const;
  absl::StatusOr<FunctionSpec> Finish(Draft draft);
  absl::Status ResolveEntry(Draft* draft);
  absl::Status ResolveHandler(Draft* draft);

  TomlValue Value(const toml::node& node, const std::string& path, std::string_view key) const {
    return TomlValue(file_, node, path.empty() ? std::string(key) : StrCat("[", path, "] ", key));
  }
  // A table as a value: it is called by its whole path.
  TomlValue Table(const toml::node& node, const std::string& path) const {
    return TomlValue(file_, node, StrCat("[", path, "]"));
  }
  static std::string Below(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : StrCat(path, ".", key);
  }
  // `owner` as for ReadSection; the same as `path` for the function's own table.
  absl::Status UnknownKey(const toml::key& key, const std::string& path, const std::string& owner,
                          std::span<const std::string_view> known) const;

  const TomlFile& file_;
  const fs::path& directory_;
};

absl::Status Reader::UnknownKey(const toml::key& key, const std::string& path, const std::string& owner,
                                std::span<const std::string_view> known) const {
  std::string message = StrCat("unknown key \"", key.str(), "\"");
  if (!path.empty()) StrAppend(&message, " in [", path, "]");
  std::string hint = DidYouMean(key.str(), known);
  for (const Section& section : Sections()) {
    if (section.Knows(key.str())) hint = StrCat("; it belongs in [", Below(owner, section.name), "]");
  }
  if (path != owner && FindField(kFunctionFields, key.str())) {
    hint = owner.empty() ? "; it belongs at the top of the file, before the first table"
                         : StrCat("; it belongs in [", owner, "]");
  }
  return file_.ErrorAt(key.source(), StrCat(message, hint));
}

absl::Status Reader::ReadFunction(const toml::table& table, const std::string& path, Draft* draft) {
  std::vector<std::string_view> known;
  for (const Field& field : kFunctionFields) known.push_back(field.key);
  const auto sections = Sections();
  for (const Section& section : sections) known.push_back(section.name);
  known.push_back("env");
  if (path.empty()) known.push_back("functions");

  for (const auto& [key, node] : InFileOrder(table)) {
    const std::string_view name = key->str();
    absl::Status status;
    const auto section =
        std::find_if(sections.begin(), sections.end(), [&](const Section& each) { return each.name == name; });
    if (name == "name" && (!path.empty() || table.contains("functions"))) {
      status = file_.ErrorAt(key->source(),
                             "\"name\" cannot be set here: a function of [functions] is called as its "
                             "table");
    } else if (const Field* field = FindField(kFunctionFields, name)) {
      status = field->read(Value(*node, path, name), draft);
    } else if (section != sections.end()) {
      status = ReadSection(*node, Below(path, name), path, *section, draft);
    } else if (name == "env") {
      status = ReadEnvironment(*node, Below(path, name), draft);
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

absl::Status Reader::ReadSection(const toml::node& node, const std::string& path, const std::string& owner,
                                 const Section& section, Draft* draft) {
  const toml::table* table = nullptr;
  if (absl::Status status = Table(node, path).Read(&table); !status.ok()) return status;
  std::vector<std::string_view> known;
  for (const SpecKey& key : section.keys) known.push_back(key.key);
  for (const Field& field : section.fields) known.push_back(field.key);
  for (const auto& [key, value] : InFileOrder(*table)) {
    const SpecKey* const spec_key = FindKey(section.keys, key->str());
    const Field* const field = FindField(section.fields, key->str());
    const TomlValue read = Value(*value, path, key->str());
    absl::Status status;
    if (spec_key != nullptr) {
      status = spec_key->read(read, &draft->spec);
      draft->spec.configured[StrCat(section.name, ".", spec_key->key)] =
          StrCat(file_.path, ":", read.where().begin.line);
    } else if (field != nullptr) {
      status = field->read(read, draft);
    } else {
      status = UnknownKey(*key, path, owner, known);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadEnvironment(const toml::node& node, const std::string& path, Draft* draft) {
  const toml::table* table = nullptr;
  if (absl::Status status = Table(node, path).Read(&table); !status.ok()) return status;
  for (const auto& [key, value] : InFileOrder(*table)) {
    const std::string name(key->str());
    if (!IsEnvironmentName(name)) {
      return file_.ErrorAt(key->source(), StrCat("[", path, "]: \"", absl::CHexEscape(name),
                                                 "\" is not a name of an environment variable: letters, digits "
                                                 "and _, the first one no digit"));
    }
    std::string text;
    if (absl::Status status = Value(*value, path, name).ReadAsWritten(&text); !status.ok()) return status;
    draft->spec.environment[name] = std::move(text);
  }
  return absl::OkStatus();
}

// --- Functions ---

absl::StatusOr<std::vector<FunctionSpec>> Reader::Read() {
  Draft top;
  top.spec.directory = directory_.native();
  if (absl::Status status = ReadFunction(file_.root, "", &top); !status.ok()) return status;
  if (const toml::node* node = file_.root.get("functions")) {
    const toml::table* functions = nullptr;
    if (absl::Status status = Table(*node, "functions").Read(&functions); !status.ok()) return status;
    return ReadFunctions(*functions, top);
  }
  absl::StatusOr<FunctionSpec> spec = Finish(std::move(top));
  if (!spec.ok()) return spec.status();
  return std::vector<FunctionSpec>{*std::move(spec)};
}

absl::StatusOr<std::vector<FunctionSpec>> Reader::ReadFunctions(const toml::table& functions, const Draft& defaults) {
  if (functions.empty()) return file_.ErrorAt(functions.source(), "[functions] holds no function");
  std::vector<FunctionSpec> specs;
  for (const auto& [key, node] : InFileOrder(functions)) {
    const std::string name(key->str());
    const std::string path = Below("functions", name);
    if (!IsFunctionName(name)) {
      return file_.ErrorAt(key->source(), StrCat("[functions]: \"", absl::CHexEscape(name),
                                                 "\" is not a function name: ", kFunctionNameRule));
    }
    const toml::table* table = nullptr;
    if (absl::Status status = Table(*node, path).Read(&table); !status.ok()) return status;
    Draft draft = defaults;
    if (absl::Status status = ReadFunction(*table, path, &draft); !status.ok()) return status;
    draft.spec.name = name;
    absl::StatusOr<FunctionSpec> spec = Finish(std::move(draft));
    if (!spec.ok()) return spec.status();
    if (spec->entry.empty()) spec->entry = ScriptNamed(name);
    specs.push_back(*std::move(spec));
  }
  return specs;
}

std::string Reader::ScriptNamed(const std::string& name) const {
  for (const fs::path& folder : {directory_, directory_ / "src"}) {
    if (const std::optional<fs::path> script = FindScript(folder, name)) return script->native();
  }
  return "";
}

absl::StatusOr<FunctionSpec> Reader::Finish(Draft draft) {
  FunctionSpec& spec = draft.spec;
  if (draft.entry) {
    if (absl::Status status = ResolveEntry(&draft); !status.ok()) return status;
  }
  if (draft.handler) {
    if (absl::Status status = ResolveHandler(&draft); !status.ok()) return status;
  }
  if (draft.target) {
    if (spec.kind != FunctionKind::kDetect && spec.kind != FunctionKind::kHttp &&
        spec.kind != FunctionKind::kCloudEvent) {
      return file_.ErrorAt(draft.target->where, StrCat("\"target\" goes with kind \"http\" or \"cloudevent\", "
                                                       "not \"",
                                                       KindName(spec.kind), "\""));
    }
    spec.handler = draft.target->text;
  }
  return std::move(spec);
}

absl::Status Reader::ResolveEntry(Draft* draft) {
  const auto& [text, where] = *draft->entry;
  const auto error = [&, &text = text, &where = where](std::string_view message) {
    return file_.ErrorAt(where, StrCat("entry \"", text, "\" ", message));
  };
  const std::optional<fs::path> path = InFolder(directory_, text);
  if (!path) return error("is not inside the function's folder");
  std::error_code failure;
  if (!fs::is_regular_file(*path, failure)) return error(StrCat("is not a file in ", directory_.native()));
  if (!IsScript(*path)) {
    return error(StrCat("is not a script: expected one of ", StrJoin(kScriptExtensions, " ")));
  }
  const fs::path canonical = fs::canonical(*path, failure);
  if (failure) return error(StrCat("cannot be read: ", failure.message()));
  draft->spec.entry = canonical.native();
  return absl::OkStatus();
}

absl::Status Reader::ResolveHandler(Draft* draft) {
  FunctionSpec& spec = draft->spec;
  const auto& [text, where] = *draft->handler;
  const auto error = [&, &text = text, &where = where](std::string_view message) {
    return file_.ErrorAt(where, StrCat("handler \"", text, "\" ", message));
  };
  if (spec.kind != FunctionKind::kDetect && spec.kind != FunctionKind::kLambda) {
    return error(StrCat("goes with kind \"lambda\", not \"", KindName(spec.kind), "\""));
  }
  spec.kind = FunctionKind::kLambda;

  // FILE is all up to the first dot of the last path segment.
  const fs::path path = fs::path(text).lexically_normal();
  const std::string segment = path.filename().native();
  const size_t dot = segment.find('.');
  const bool names_file = dot != std::string::npos;
  const fs::path file = path.parent_path() / segment.substr(0, names_file ? dot : 0);
  const std::string exported = names_file ? segment.substr(dot + 1) : segment;
  const bool has_folder = path.has_parent_path();
  if (dot == 0 || exported.empty() || (has_folder && !names_file)) return error("is not of the form \"FILE.EXPORT\"");

  if (!draft->entry) {
    if (names_file) {
      if (!InFolder(directory_, file.native())) return error("is not inside the function's folder");
      const std::optional<fs::path> script = FindScript(directory_, file.native());
      if (!script) {
        return error(StrCat("names no file: ", (directory_ / file).native(), " does not exist with any of ",
                            StrJoin(kScriptExtensions, " ")));
      }
      spec.entry = script->native();
    }
    spec.handler = exported;
    return absl::OkStatus();
  }
  const fs::path entry = fs::path(draft->entry->text).lexically_normal().replace_extension();
  const bool repeats_entry = names_file && (file == entry || file == entry.filename());
  if (has_folder && !repeats_entry) {
    return error(StrCat("names another file than entry \"", draft->entry->text, "\""));
  }
  spec.handler = repeats_entry ? exported : segment;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<FunctionSpec>> ReadConfig(const fs::path& directory) {
  std::error_code failure;
  const fs::path canonical = fs::canonical(directory, failure);
  if (failure) return absl::NotFoundError(StrCat("no such folder: ", directory.native()));
  const absl::StatusOr<TomlFile> file = ReadTomlFile(canonical / kConfigFileName);
  if (!file.ok()) return file.status();
  return Reader(*file, canonical).Read();
}

}  // namespace hearth
