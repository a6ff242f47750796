#pragma once

#include <v8.h>

#include <string>
#include <vector>

namespace hearth {

// The JavaScript that runs, innermost frame first, at most 20 lines as error.stack has them. Allocates in the heap.
std::vector<std::string> CurrentStack(v8::Isolate* isolate);

}  // namespace hearth
