#pragma once

// Sandbox policies and reports as they go over the channel.

#include "isolate_pool/sandbox/layers.h"
#include "isolate_pool/sandbox/policy.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {

sandbox::Policy ToPolicy(const internal::SandboxPolicy& message);
internal::Sandboxed ToMessage(const sandbox::Report& report);

}  // namespace hearth
