#pragma once

// An instance's process, from fork to end: takes on its identity, loads the function, serves what comes over the channel.

#include "isolate_pool/engine/engine.h"
#include "isolate_pool/instance/runtime.h"
#include "isolate_pool/sandbox/plan.h"
#include "isolate_pool/zygote/fork_server.h"

namespace hearth {

// Runs in a fresh fork, made with plan.namespaces, on its only thread; ends the process.
[[noreturn]] void RunInstance(engine::Engine& engine, Runtime& runtime, const sandbox::Plan& plan,
                              const InstanceDescriptors& descriptors);

}  // namespace hearth
