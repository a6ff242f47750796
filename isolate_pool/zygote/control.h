#pragma once

namespace hearth {

// The descriptor on which a zygote finds its control socket (SOCK_SEQPACKET).
inline constexpr int kZygoteControlFd = 3;

// The environment variable that tells it which sandbox to prepare (ModeName of isolate_pool/sandbox/policy.h).
inline constexpr char kSandboxVariable[] = "HEARTH_SANDBOX";

}  // namespace hearth
