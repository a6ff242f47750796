#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isolate_pool/pool/limit_breach.h"

namespace hearth {

// How an invocation ended. Mirrors hearth.v1.Outcome (same numbers); OutcomeName gives the word used in logs, metrics
// and HTTP error bodies: "ok", "function_error", …
enum class Outcome {
  kOk = 1,
  kFunctionError = 2,
  kInitFailed = 3,
  kTimeout = 4,
  kMemoryExceeded = 5,
  kResponseTooLarge = 6,
  kRequestTooLarge = 7,
  kInstanceExited = 8,
  kInstanceKilled = 9,
  kCancelled = 10,
  kOverloaded = 11,
  kNotFound = 12,
  kInvalidRequest = 13,
  kInternal = 14,
  kInvalidResponse = 15,
  kCpuExceeded = 16,
  kRateExceeded = 17,
  kConcurrencyExceeded = 18,
  kQueueTimeout = 19,
  kInitTimeout = 20,
};
inline constexpr int kOutcomeCount = 20;

std::string_view OutcomeName(Outcome outcome);
// The HTTP status for an outcome that is not the function's own answer: 404, 413, 502, 504, …
int HttpStatusOf(Outcome outcome);

// Whether it ended before an instance was asked to do anything: its duration says nothing about the function.
bool IsRejection(Outcome outcome);

// What went wrong, for people. `type` is the JavaScript error's name, or "Hearth.<Cause>".
struct InvocationError {
  std::string type;
  std::string message;
  std::vector<std::string> stack;  // lines of error.stack
  std::optional<LimitBreach> limit;
};

// Figures of one invocation; see hearth.v1.Report.
struct InvocationReport {
  std::string request_id;
  std::string function;
  std::string instance;  // empty if none served it
  std::string start;     // as StartName gives it, or empty
  Outcome outcome = Outcome::kOk;
  InvocationError error;  // unless outcome is kOk
  std::chrono::nanoseconds queue{};
  std::chrono::nanoseconds fork{};  // part of init
  std::chrono::nanoseconds init{};
  std::chrono::nanoseconds run{};
  std::chrono::nanoseconds cpu{};
  uint64_t peak_memory_bytes = 0;
};

}  // namespace hearth
