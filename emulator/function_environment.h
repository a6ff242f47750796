#pragma once

#include <string>

#include "isolate_pool/pool/function_spec.h"

namespace hearth {

// Completes a function's environment variables, each only where the configuration did not set it: what hearth itself was
// started with (as `node file.js` would get it), PORT, and for code of the AWS Lambda kind what Lambda sets.
void AddEnvironment(FunctionSpec& spec, const std::string& port);

}  // namespace hearth
