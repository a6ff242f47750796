#include "emulator/dev/host_config.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/strings.h"
#include "emulator/dev/edit_distance.h"
#include "emulator/dev/function_name.h"
#include "emulator/dev/spec_keys.h"
#include "emulator/dev/toml_value.h"

namespace hearth {
namespace {

constexpr std::string_view kBudgetKeys[] = {"max_instances", "max_concurrency", "rate", "burst"};

std::string KeysOf(const SpecKey& key, std::string_view section) { return StrCat(section, ".", key.key); }

class Reader {
 public:
  explicit Reader(const TomlFile& file) : file_(file) {}

  // Calls `read` for each entry of the table at `path`; false from it means that the key is not known.
  template <typename ReadEntry>
  absl::Status ForEach(const toml::node& node, const std::string& path, std::span<const std::string_view> known,
                       ReadEntry read) const {
    const toml::table* table = nullptr;
    if (absl::Status status = TomlValue(file_, node, StrCat("[", path, "]")).Read(&table); !status.ok()) return status;
    for (const auto& [key, value] : InFileOrder(*table)) {
      const std::string_view name = key->str();
      if (!known.empty() && std::find(known.begin(), known.end(), name) == known.end()) {
        const auto closest = Closest(name, known);
        return file_.ErrorAt(key->source(), StrCat("unknown key \"", absl::CHexEscape(std::string(name)), "\"",
                                                   path.empty() ? "" : StrCat(" in [", path, "]"),
                                                   closest ? StrCat("; did you mean \"", *closest, "\"?") : ""));
      }
      if (absl::Status status = read(*key, *value); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // A section of keys into `spec`, and where each stands into spec->configured.
  absl::Status ReadKeys(const toml::node& node, const std::string& path, std::string_view section,
                        std::span<const SpecKey> keys, std::span<const std::string_view> known,
                        FunctionSpec* spec) const {
    return ForEach(node, path, known, [&](const toml::key& key, const toml::node& value) {
      const SpecKey& found = *FindKey(keys, key.str());
      spec->configured[KeysOf(found, section)] = StrCat(file_.path, ":", value.source().begin.line);
      return found.read(TomlValue(file_, value, StrCat("[", path, "] ", key.str())), spec);
    });
  }

 private:
  const TomlFile& file_;
};

std::vector<std::string_view> Names(std::span<const SpecKey> keys) {
  std::vector<std::string_view> names;
  for (const SpecKey& key : keys) names.push_back(key.key);
  return names;
}

constexpr std::string_view kTopKeys[] = {"defaults", "tenants"};
constexpr std::string_view kSections[] = {"limits", "scaling"};

}  // namespace

absl::StatusOr<HostConfig> HostConfig::Read(const std::filesystem::path& path) {
  const absl::StatusOr<TomlFile> file = ReadTomlFile(path);
  if (!file.ok()) return file.status();
  const Reader reader(*file);
  HostConfig config;
  const std::vector<std::string_view> limits = Names(LimitKeys());
  const std::vector<std::string_view> scaling = Names(ScalingKeys());

  const auto read_tenant = [&](const toml::key& key, const toml::node& node) -> absl::Status {
    const std::string name(key.str());
    if (!IsFunctionName(name)) {
      return file->ErrorAt(key.source(), StrCat("[tenants]: \"", absl::CHexEscape(name),
                                                "\" is not a tenant's name: ", kFunctionNameRule));
    }
    const std::string of_tenant = StrCat("tenants.", name);
    FunctionSpec maxima;
    FunctionSpec budget;
    absl::Status status =
        reader.ForEach(node, of_tenant, kSections, [&](const toml::key& section, const toml::node& value) {
          const std::string below = StrCat(of_tenant, ".", section.str());
          return section.str() == "limits"
                     ? reader.ReadKeys(value, below, "limits", LimitKeys(), limits, &maxima)
                     : reader.ReadKeys(value, below, "scaling", ScalingKeys(), kBudgetKeys, &budget);
        });
    if (!status.ok()) return status;
    config.maxima_[name] = std::move(maxima);
    TenantBudget& budgets = config.budgets_[name];
    if (budget.configured.contains("scaling.max_instances")) budgets.max_instances = budget.scaling.max_instances;
    budgets.max_concurrency = budget.scaling.max_concurrency;
    budgets.rate = budget.scaling.rate;
    budgets.burst = budget.scaling.burst;
    if (budgets.burst > 0 && budgets.rate == 0) {
      return file->ErrorAt(key.source(), StrCat("[", of_tenant, ".scaling] burst: goes with rate, which is not set"));
    }
    return absl::OkStatus();
  };

  absl::Status status = reader.ForEach(file->root, "", kTopKeys, [&](const toml::key& key, const toml::node& node) {
    if (key.str() == "tenants") return reader.ForEach(node, "tenants", {}, read_tenant);
    return reader.ForEach(node, "defaults", kSections, [&](const toml::key& section, const toml::node& value) {
      const std::string below = StrCat("defaults.", section.str());
      return section.str() == "limits"
                 ? reader.ReadKeys(value, below, "limits", LimitKeys(), limits, &config.defaults_)
                 : reader.ReadKeys(value, below, "scaling", ScalingKeys(), scaling, &config.defaults_);
    });
  });
  if (!status.ok()) return status;
  return config;
}

absl::Status HostConfig::Apply(FunctionSpec* spec) const {
  const auto apply_defaults = [&](std::span<const SpecKey> keys, std::string_view section) {
    for (const SpecKey& key : keys) {
      const std::string name = KeysOf(key, section);
      const auto found = defaults_.configured.find(name);
      if (found == defaults_.configured.end() || spec->configured.contains(name)) continue;
      key.set(spec, key.get(defaults_));
    }
  };
  apply_defaults(LimitKeys(), "limits");
  apply_defaults(ScalingKeys(), "scaling");

  const auto maxima = maxima_.find(spec->tenant);
  if (maxima == maxima_.end()) return absl::OkStatus();
  for (const SpecKey& key : LimitKeys()) {
    const std::string name = KeysOf(key, "limits");
    const auto bound = maxima->second.configured.find(name);
    if (bound == maxima->second.configured.end()) continue;
    const uint64_t most = key.get(maxima->second);
    // The kind decides later, within this.
    if (name == "limits.request") spec->limits.max_request_bytes = most;
    if (name == "limits.response") spec->limits.max_response_bytes = most;
    const uint64_t value = key.get(*spec);
    if (value == 0 && key.zero == SpecKey::Zero::kByKind) continue;
    if (value <= most && !(value == 0 && key.zero == SpecKey::Zero::kUnlimited)) continue;
    if (const auto asked = spec->configured.find(name); asked != spec->configured.end()) {
      return absl::InvalidArgumentError(StrCat(asked->second, ": [limits] ", key.key, ": \"", key.format(value),
                                               "\" is more than tenant \"", spec->tenant,
                                               "\" may have: ", key.format(most), " (", bound->second, ")"));
    }
    key.set(spec, most);
  }
  return absl::OkStatus();
}

}  // namespace hearth
