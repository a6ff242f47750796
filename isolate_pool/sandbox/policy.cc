#include "isolate_pool/sandbox/policy.h"

#include <unistd.h>

#include "isolate_pool/sandbox/user_ids.h"

namespace hearth::sandbox {

std::string_view ModeName(Mode mode) {
  switch (mode) {
    case Mode::kOff:
      return "off";
    case Mode::kBestEffort:
      return "best-effort";
    case Mode::kStrict:
      return "strict";
  }
  return "";
}

std::optional<Mode> ParseMode(std::string_view name) {
  for (Mode mode : {Mode::kOff, Mode::kBestEffort, Mode::kStrict}) {
    if (ModeName(mode) == name) return mode;
  }
  return std::nullopt;
}

std::string_view EgressName(Egress egress) { return egress == Egress::kAll ? "all" : "none"; }

std::optional<Egress> ParseEgress(std::string_view name) {
  for (Egress egress : {Egress::kAll, Egress::kNone}) {
    if (EgressName(egress) == name) return egress;
  }
  return std::nullopt;
}

UserIds& InstanceUsers() {
  static UserIds users(static_cast<uint32_t>(getpid()) * 1009u);
  return users;
}

}  // namespace hearth::sandbox
