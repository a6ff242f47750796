#pragma once

// Sent by the invoker to an instance's main thread when a limit is breached: the instance answers with an Ending of cause
// INTERRUPTED that holds the stack of the JavaScript that runs, if any does.

namespace hearth {

// The last real-time signal but one: glibc takes the first two, and Node names none of them.
inline constexpr int kInterruptSignal = 63;

}  // namespace hearth
