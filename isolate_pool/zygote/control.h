#pragma once

namespace hearth {

// The descriptor on which a zygote finds its control socket (SOCK_SEQPACKET).
inline constexpr int kZygoteControlFd = 3;

}  // namespace hearth
