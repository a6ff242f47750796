#pragma once

// The layers of an instance's sandbox, and how each of them stands. docs/sandbox.md says what each one gives.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace hearth::sandbox {

enum class Layer {
  kRoot,          // a file tree of its own: runtime and code, read-only
  kTmp,           // a /tmp of its own, limited in size
  kPid,           // process ids of its own: no other process can be seen or signalled
  kIpc,           // System V IPC and message queues of its own
  kUts,           // a host name of its own
  kUser,          // a user id of its own, or a user namespace
  kCapabilities,  // none, not even to be gained
  kNoNewPrivs,    // programs with set-user-id bits give nothing
  kLimits,        // budgets of processes, threads and descriptors
  kLandlock,      // file rules that hold without privileges
  kSeccomp,       // system calls that no function needs are refused
  kEgress,        // the network is restricted; off unless the policy asks for it
  kCgroup,        // memory and processes counted by the kernel as one
};
inline constexpr size_t kLayerCount = static_cast<size_t>(Layer::kCgroup) + 1;

enum class LayerState {
  kOff,          // not asked for
  kApplied,      // holds
  kUnavailable,  // this machine does not offer it
  kFailed,       // it is offered, and did not work
};
inline constexpr size_t kLayerStateCount = static_cast<size_t>(LayerState::kFailed) + 1;

// "root", "tmp", …: as in logs, metrics and docs.
std::string_view LayerName(Layer layer);
// "off", "applied", "unavailable", "failed".
std::string_view LayerStateName(LayerState state);

// Whether `strict` insists on it. Only the cgroup is optional: rlimits and /tmp's size hold its budgets elsewhere.
bool IsRequired(Layer layer);

struct LayerStatus {
  LayerState state = LayerState::kOff;
  std::string reason;  // why it is not applied, or a restriction of one that is; may be empty
};

class Report {
 public:
  const LayerStatus& operator[](Layer layer) const { return layers_[static_cast<size_t>(layer)]; }
  void Set(Layer layer, LayerState state, std::string reason = "") {
    layers_[static_cast<size_t>(layer)] = {state, std::move(reason)};
  }
  void Applied(Layer layer, std::string reason = "") { Set(layer, LayerState::kApplied, std::move(reason)); }
  void Unavailable(Layer layer, std::string reason) { Set(layer, LayerState::kUnavailable, std::move(reason)); }
  void Failed(Layer layer, std::string reason) { Set(layer, LayerState::kFailed, std::move(reason)); }
  bool Holds(Layer layer) const { return (*this)[layer].state == LayerState::kApplied; }

  // The required layers that are asked for and do not hold: "pid (unavailable: …), seccomp (failed: …)". Empty if none.
  std::string Missing() const;

 private:
  std::array<LayerStatus, kLayerCount> layers_;
};

}  // namespace hearth::sandbox
