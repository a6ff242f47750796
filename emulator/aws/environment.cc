#include "emulator/aws/environment.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <optional>

#include "base/strings.h"
#include "emulator/aws/arn.h"
#include "invoker/invoker.h"

namespace hearth {
namespace {

// "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef"
std::string LogStreamName() {
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  char date[16];
  std::snprintf(date, sizeof date, "%04d/%02u/%02u", static_cast<int>(today.year()),
                static_cast<unsigned>(today.month()), static_cast<unsigned>(today.day()));
  std::string stream;
  for (const char c : NewRequestId()) {
    if (c != '-') stream += c;
  }
  return StrCat(std::string_view(date), "/[", kLatestVersion, "]", stream);
}

// Of hearth's own environment.
std::optional<std::string> FirstSet(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string LambdaHandler(const FunctionSpec& spec) {
  const std::filesystem::path file = std::filesystem::path(spec.entry).lexically_relative(spec.directory);
  const std::string name = spec.handler.empty() ? "handler" : spec.handler;
  return StrCat((file.parent_path() / file.stem()).string(), ".", name);
}

std::map<std::string, std::string> LambdaEnvironment(const FunctionSpec& spec) {
  const std::string region = FirstSet({"AWS_REGION", "AWS_DEFAULT_REGION"}).value_or(std::string(kAwsRegion));
  std::map<std::string, std::string> environment = {
      {"AWS_DEFAULT_REGION", region},
      {"AWS_EXECUTION_ENV", StrCat("AWS_Lambda_", std::string_view(kLambdaRuntime))},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(spec.limits.memory_bytes / kMegabyte)},
      {"AWS_LAMBDA_FUNCTION_NAME", spec.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", std::string(kLatestVersion)},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_LAMBDA_LOG_GROUP_NAME", StrCat("/aws/lambda/", spec.name)},
      {"AWS_LAMBDA_LOG_STREAM_NAME", LogStreamName()},
      {"AWS_REGION", region},
      {"AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"},
      {"LAMBDA_TASK_ROOT", spec.directory},
      {"LANG", "en_US.UTF-8"},
      {"TZ", ":UTC"},
      {"_HANDLER", LambdaHandler(spec)},
  };
  if (!FirstSet({"AWS_ACCESS_KEY_ID", "AWS_PROFILE"})) {
    environment["AWS_ACCESS_KEY_ID"] = "hearth";
    environment["AWS_SECRET_ACCESS_KEY"] = "hearth";
    environment["AWS_SESSION_TOKEN"] = "hearth";
  }
  return environment;
}

}  // namespace hearth
