#pragma once

// Names of functions as AWS writes them. Locally every function has one version, $LATEST, in one account and region.

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

inline constexpr std::string_view kAwsRegion = "us-east-1";
inline constexpr std::string_view kAwsAccount = "123456789012";
inline constexpr std::string_view kLatestVersion = "$LATEST";

// "arn:aws:lambda:us-east-1:123456789012:function:<name>"
std::string FunctionArn(std::string_view function);

// What the API accepts where it wants a function: a name, an ARN, or the end of an ARN.
//
//   hello                                                      hello:prod
//   123456789012:function:hello                                function:hello
//   arn:aws:lambda:us-east-1:123456789012:function:hello       …:hello:$LATEST
struct FunctionReference {
  std::string name;
  std::string qualifier;  // empty if there is none
};
std::optional<FunctionReference> ParseFunctionReference(std::string_view text);

}  // namespace hearth
