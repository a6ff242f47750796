#pragma once

// For tests that run inside the Node binary: one engine, JavaScript in it, and forks of it.

#include <functional>
#include <string>
#include <string_view>

#include "isolate_pool/engine/engine.h"
#include "isolate_pool/engine/fork.h"

namespace hearth::engine {

// One engine for the whole program: V8 starts once per process, and is never torn down.
Engine& TheEngine();

// The value of a function body with `require` (Node's internal one) in scope, as text; a promise is waited for. What it
// throws is text, too.
std::string Evaluate(std::string_view body);

// What `body` returns in a fresh fork; "died" if the fork ended without an answer.
std::string InFork(const std::function<std::string()>& body, ForkOptions options = {});

// Evaluate in a fresh fork.
std::string EvaluateInFork(std::string_view body);

}  // namespace hearth::engine
