#include "isolate_pool/sandbox/layers.h"

namespace hearth::sandbox {
namespace {

constexpr std::array<std::string_view, kLayerCount> kLayerNames = {
    "root",         "tmp",    "pid",      "ipc",     "uts",    "user",  "capabilities",
    "no_new_privs", "limits", "landlock", "seccomp", "egress", "cgroup"};
constexpr std::array<std::string_view, kLayerStateCount> kStateNames = {"off", "applied", "unavailable", "failed"};

}  // namespace

std::string_view LayerName(Layer layer) { return kLayerNames[static_cast<size_t>(layer)]; }
std::string_view LayerStateName(LayerState state) { return kStateNames[static_cast<size_t>(state)]; }

bool IsRequired(Layer layer) { return layer != Layer::kCgroup; }

std::string Report::Missing() const {
  std::string missing;
  for (size_t i = 0; i < kLayerCount; ++i) {
    const LayerStatus& status = layers_[i];
    if (!IsRequired(static_cast<Layer>(i))) continue;
    if (status.state == LayerState::kApplied || status.state == LayerState::kOff) continue;
    if (!missing.empty()) missing += ", ";
    missing.append(kLayerNames[i]).append(" (").append(LayerStateName(status.state));
    if (!status.reason.empty()) missing.append(": ").append(status.reason);
    missing += ")";
  }
  return missing;
}

}  // namespace hearth::sandbox
