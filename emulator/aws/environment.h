#pragma once

#include <map>
#include <string>

#include "isolate_pool/pool/function_spec.h"

namespace hearth {

// The variables that AWS Lambda sets for a function, as far as they make sense on this machine: who the function is
// (AWS_LAMBDA_*, _HANDLER, LAMBDA_TASK_ROOT), where it runs (AWS_REGION, AWS_EXECUTION_ENV), and TZ and LANG. The user's
// own variables go on top.
//
// AWS's SDKs refuse to work without a region and credentials. The region is that of hearth's own environment, else
// kAwsRegion. If there are no credentials in hearth's environment (AWS_ACCESS_KEY_ID, AWS_PROFILE), the function gets
// ones that no service accepts but a local stand-in does.
std::map<std::string, std::string> LambdaEnvironment(const FunctionSpec& spec);

// "<file>.<export>", as a Lambda configuration names the handler.
std::string LambdaHandler(const FunctionSpec& spec);

// Node 26 does not exist on AWS Lambda yet; hearth does not claim to be an older one.
inline constexpr char kLambdaRuntime[] = "nodejs26.x";

}  // namespace hearth
