#include "isolate_pool/instance/sandbox_policy.h"

namespace hearth {

sandbox::Policy ToPolicy(const internal::SandboxPolicy& message) {
  sandbox::Policy policy;
  // What cannot be read is taken for the strictest.
  policy.mode = sandbox::ParseMode(message.mode()).value_or(sandbox::Mode::kStrict);
  policy.egress = sandbox::ParseEgress(message.egress()).value_or(sandbox::Egress::kNone);
  policy.readable.assign(message.readable().begin(), message.readable().end());
  policy.tmp_bytes = message.tmp_bytes();
  policy.processes = message.processes();
  policy.descriptors = message.descriptors();
  policy.user = message.user();
  policy.owner = message.owner();
  return policy;
}

internal::Sandboxed ToMessage(const sandbox::Report& report) {
  internal::Sandboxed message;
  for (uint32_t i = 0; i < sandbox::kLayerCount; ++i) {
    const sandbox::LayerStatus& status = report[static_cast<sandbox::Layer>(i)];
    internal::Sandboxed::Layer& layer = *message.add_layers();
    layer.set_layer(i);
    layer.set_state(static_cast<uint32_t>(status.state));
    layer.set_reason(status.reason);
  }
  return message;
}

}  // namespace hearth
