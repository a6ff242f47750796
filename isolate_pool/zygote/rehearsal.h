#pragma once

// One cold start for nobody: a fork of the zygote loads a trivial function and answers one request, as instances will,
// and shows by it which pages each of them is going to write.

#include "isolate_pool/engine/engine.h"
#include "isolate_pool/engine/hot_pages.h"
#include "isolate_pool/instance/runtime.h"

namespace hearth {

// Call when the process is ready to fork, and after it has done all else that it will do. Blocks for some milliseconds, a
// few seconds at most. Empty if it went wrong, which costs nothing but time later on. The fork is gone afterwards.
engine::HotPages Rehearse(engine::Engine& engine, Runtime& runtime);

}  // namespace hearth
