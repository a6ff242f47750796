#pragma once

// How `hearth invoke` shows an answer. Pure functions.

#include <string>

#include "hearth/v1/invoker.pb.h"

namespace hearth {

// For standard error: the log, the error with its stack, and the line of figures.
std::string ResponseText(const v1::InvokeResponse& response, bool colours);

// The object that invoke.h describes, on one line unless the function's own JSON has more.
std::string ResponseJson(const v1::InvokeResponse& response);

}  // namespace hearth
