#pragma once

namespace hearth {

// The descriptor on which a zygote finds its control socket (SOCK_SEQPACKET).
inline constexpr int kZygoteControlFd = 3;

// The environment variable that tells it which sandbox to prepare (ModeName of isolate_pool/sandbox/policy.h).
inline constexpr char kSandboxVariable[] = "HEARTH_SANDBOX";

// Set if it is to serve one fork only: then it does without the warm-up, which would take longer than it saves.
inline constexpr char kOneForkVariable[] = "HEARTH_ONE_FORK";

}  // namespace hearth
