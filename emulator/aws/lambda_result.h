#pragma once

// How an invocation's end looks on AWS: the answer of the Invoke API, and the log lines around the function's own.
// Pure functions.

#include <chrono>
#include <string>
#include <string_view>

#include "invoker/http_server.h"
#include "invoker/invoker.h"
#include "invoker/outcome.h"
#include "isolate_pool/pool/function_spec.h"

namespace hearth {

// The answer of POST …/invocations. What the function did wrong is a 200 with X-Amz-Function-Error; what never became an
// invocation is an API error. Without the log.
WholeResponse LambdaResponse(const InvocationResult& result, const FunctionSpec& spec);

// An error of the API: header X-Amzn-ErrorType, and a JSON body whose text stands under `message_key`, which is
// "message" or "Message" depending on the error.
WholeResponse LambdaApiError(int status, std::string_view type, std::string_view message, std::string_view request_id,
                             std::string_view message_key = "message");

// The last 4 KB of START, the function's own lines, END and REPORT; what X-Amz-Log-Result carries before base64.
std::string LambdaLogTail(const InvocationResult& result, const FunctionSpec& spec,
                          std::chrono::system_clock::time_point now);

}  // namespace hearth
