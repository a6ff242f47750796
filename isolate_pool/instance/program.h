#pragma once

// A plain Node program in a fork (`hearth exec`), from its assignment to its end.

#include <deque>

#include "isolate_pool/engine/engine.h"
#include "isolate_pool/instance/runtime.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {

// In a fresh fork of an unsandboxed zygote, which has its assignment; ends the process as `node FILE` would. `channel` is
// told when JavaScript begins, and closed. `streams` are descriptors 0, 1 and 2.
[[noreturn]] void RunProgram(engine::Engine& engine, Runtime& runtime, const internal::Assignment& assignment,
                             int channel, const std::deque<int>& streams);

}  // namespace hearth
