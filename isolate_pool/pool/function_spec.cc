#include "isolate_pool/pool/function_spec.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hearth {
namespace {

constexpr std::array<std::pair<FunctionKind, std::string_view>, 5> kKindNames = {{
    {FunctionKind::kLambda, "lambda"},
    {FunctionKind::kFetch, "fetch"},
    {FunctionKind::kServer, "server"},
    {FunctionKind::kHttp, "http"},
    {FunctionKind::kCloudEvent, "cloudevent"},
}};

constexpr uint64_t kEventPayloadBytes = 6 * kMegabyte;
constexpr uint64_t kHttpRequestBytes = 100 * kMegabyte;
constexpr uint64_t kHttpResponseBytes = 200 * kMegabyte;
constexpr uint32_t kHttpConcurrency = 80;

// 0: no bound.
uint64_t AtMost(uint64_t bound, uint64_t value) { return bound == 0 ? value : std::min(bound, value); }

}  // namespace

std::string_view KindName(FunctionKind kind) {
  for (const auto& [value, name] : kKindNames) {
    if (value == kind) return name;
  }
  return "";
}

std::optional<FunctionKind> ParseKind(std::string_view text) {
  for (const auto& [value, name] : kKindNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

uint64_t RequestLimit(const Limits& limits, FunctionKind kind) {
  if (limits.request_bytes != 0) return limits.request_bytes;
  return AtMost(limits.max_request_bytes, kind == FunctionKind::kLambda ? kEventPayloadBytes : kHttpRequestBytes);
}

uint64_t ResponseLimit(const Limits& limits, FunctionKind kind) {
  if (limits.response_bytes != 0) return limits.response_bytes;
  return AtMost(limits.max_response_bytes, kind == FunctionKind::kLambda ? kEventPayloadBytes : kHttpResponseBytes);
}

uint32_t Concurrency(const Scaling& scaling, FunctionKind kind) {
  if (scaling.concurrency != 0) return scaling.concurrency;
  return kind == FunctionKind::kLambda ? 1 : kHttpConcurrency;
}

}  // namespace hearth
