#pragma once

// How `hearth invoke` shows an answer. Pure functions.

#include <string>
#include <string_view>

#include "grpcpp/support/status.h"
#include "hearth/v1/invoker.pb.h"

namespace hearth {

// For standard error: the log, the error with its stack, and the line of figures.
std::string ResponseText(const v1::InvokeResponse& response, bool colours);
// "error: …\n"
std::string ErrorText(std::string_view message, bool colours);

// The objects that invoke.h describes, on one line unless the function's own JSON has more.
std::string ResponseJson(const v1::InvokeResponse& response);
std::string CallErrorJson(grpc::StatusCode code, std::string_view message);

}  // namespace hearth
