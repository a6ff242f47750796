#include "emulator/aws/lambda_result.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "base/strings.h"
#include "emulator/aws/arn.h"

namespace hearth {
namespace {

namespace json = boost::json;

constexpr size_t kLogTailBytes = 4096;
constexpr std::string_view kExitError = "Runtime.ExitError";

struct FunctionError {
  std::string type;
  std::string message;
  std::optional<std::vector<std::string>> trace;  // for errors that JavaScript code threw
};

// "1.00 seconds", as AWS writes a timeout.
std::string Seconds(std::chrono::milliseconds duration) {
  char text[48];
  std::snprintf(text, sizeof text, "%.2f seconds", std::chrono::duration<double>(duration).count());
  return text;
}

std::string Milliseconds(std::chrono::nanoseconds duration) {
  char text[48];
  std::snprintf(text, sizeof text, "%.2f ms", std::chrono::duration<double, std::milli>(duration).count());
  return text;
}

// The number that follows `word` in `text`.
std::optional<int> NumberAfter(std::string_view text, std::string_view word) {
  const size_t start = text.find(word);
  if (start == std::string_view::npos) return std::nullopt;
  text.remove_prefix(start + word.size());
  int number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return std::nullopt;
  return number;
}

// Go's words for signals, which AWS's messages carry.
std::string_view SignalWord(std::string_view message) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kWords = {{
      {"SIGABRT", "aborted"},
      {"SIGBUS", "bus error"},
      {"SIGFPE", "floating point exception"},
      {"SIGHUP", "hangup"},
      {"SIGILL", "illegal instruction"},
      {"SIGINT", "interrupt"},
      {"SIGSEGV", "segmentation fault"},
      {"SIGTERM", "terminated"},
      {"SIGTRAP", "trace/breakpoint trap"},
  }};
  for (const auto& [name, word] : kWords) {
    if (message.find(name) != std::string_view::npos) return word;
  }
  return "killed";
}

// "exit status 1", "signal: killed", or nothing for an exit without an error. The invoker gives the code and the signal
// only within the message that Describe(ExitCause) made; lambda_result_test holds the two together.
std::optional<std::string> ExitReason(const InvocationResult& result) {
  if (result.outcome == Outcome::kMemoryExceeded) return "signal: killed";
  const std::string& message = result.error.message;
  if (result.outcome == Outcome::kInstanceKilled) return StrCat("signal: ", SignalWord(message));
  if (result.outcome == Outcome::kFunctionError) return std::nullopt;  // never settled
  // An uncaught error's message is the user's text: no number is to be read out of it.
  if (message.find("uncaught error") != std::string::npos) return "exit status 1";
  std::optional<int> code = NumberAfter(message, "process.exit(");
  if (!code) code = NumberAfter(message, "exit code ");
  if (code == 0) return std::nullopt;
  return StrCat("exit status ", code.value_or(1));
}

FunctionError ExitError(const InvocationResult& result) {
  const std::optional<std::string> reason = ExitReason(result);
  const std::string what =
      reason ? StrCat("Runtime exited with error: ", *reason) : "Runtime exited without providing a reason";
  return {std::string(kExitError), StrCat("RequestId: ", result.report.request_id, " Error: ", what), std::nullopt};
}

// AWS's names for two ways not to load. For a syntax error the invoker puts the place before the message.
FunctionError InitError(const InvocationError& error) {
  FunctionError named{error.type, error.message, error.stack};
  const std::string_view message = error.message;
  if (error.type == "SyntaxError") {
    const size_t frame = message.rfind("\n\n");
    named.type = "Runtime.UserCodeSyntaxError";
    named.message = StrCat("SyntaxError: ", frame == std::string_view::npos ? message : message.substr(frame + 2));
    if (frame != std::string_view::npos) named.trace->insert(named.trace->begin(), error.message.substr(0, frame));
  } else if (message.starts_with("Cannot find module '") &&
             message.find("\nRequire stack:") != std::string_view::npos) {
    named.type = "Runtime.ImportModuleError";
    named.message = StrCat("Error: ", message);
  }
  return named;
}

FunctionError FunctionErrorOf(const InvocationResult& result, const FunctionSpec& spec) {
  switch (result.outcome) {
    case Outcome::kTimeout:
      return {"Sandbox.Timedout",
              StrCat("RequestId: ", result.report.request_id, " Error: Task timed out after ",
                     Seconds(spec.limits.timeout)),
              std::nullopt};
    case Outcome::kResponseTooLarge:
      return {"Function.ResponseSizeTooLarge",
              StrCat("Response payload size exceeded maximum allowed payload size (",
                     ResponseLimit(spec.limits, FunctionKind::kLambda), " bytes)."),
              std::nullopt};
    case Outcome::kMemoryExceeded:
    case Outcome::kInstanceExited:
    case Outcome::kInstanceKilled:
      return ExitError(result);
    case Outcome::kInitFailed:
      return InitError(result.error);
    default:
      if (result.error.type == "Hearth.NeverSettled") return ExitError(result);
      return {result.error.type, result.error.message, result.error.stack};
  }
}

bool IsFunctionError(Outcome outcome) {
  switch (outcome) {
    case Outcome::kFunctionError:
    case Outcome::kInitFailed:
    case Outcome::kInitTimeout:
    case Outcome::kTimeout:
    case Outcome::kMemoryExceeded:
    case Outcome::kCpuExceeded:
    case Outcome::kResponseTooLarge:
    case Outcome::kInstanceExited:
    case Outcome::kInstanceKilled:
      return true;
    default:
      return false;
  }
}

std::string ErrorJson(const FunctionError& error) {
  json::object body{{"errorType", error.type}, {"errorMessage", error.message}};
  if (error.trace) body["trace"] = json::array(error.trace->begin(), error.trace->end());
  return json::serialize(body);
}

// "2026-11-21T02:43:19.123Z"
std::string IsoTime(std::chrono::system_clock::time_point time) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(milliseconds % 1000));
  return text;
}

// What AWS logs about an invocation that failed, before END.
std::string FailureLine(const InvocationResult& result, const FunctionSpec& spec, const std::string& time) {
  const std::string& id = result.report.request_id;
  if (!IsFunctionError(result.outcome)) return "";
  if (result.outcome == Outcome::kTimeout) {
    return StrCat(time, " ", id, " Task timed out after ", Seconds(spec.limits.timeout), "\n");
  }
  const FunctionError error = FunctionErrorOf(result, spec);
  if (!error.trace) return StrCat(error.message, "\n");
  json::object body{{"errorType", error.type}, {"errorMessage", error.message}};
  body["stack"] = json::array(error.trace->begin(), error.trace->end());
  const bool init = result.outcome == Outcome::kInitFailed || result.outcome == Outcome::kInitTimeout;
  const std::string_view phase = init ? "Init Error" : "Invoke Error";
  return StrCat(time, "\t", id, "\tERROR\t", phase, " \t", json::serialize(body), "\n");
}

std::string ReportLine(const InvocationResult& result, const FunctionSpec& spec) {
  const InvocationReport& report = result.report;
  const auto billed = std::chrono::ceil<std::chrono::milliseconds>(report.init + report.run).count();
  std::string line = StrCat("REPORT RequestId: ", report.request_id, "\tDuration: ", Milliseconds(report.run),
                            "\tBilled Duration: ", billed, " ms\tMemory Size: ", spec.limits.memory_bytes / kMegabyte,
                            " MB\tMax Memory Used: ", report.peak_memory_bytes / kMegabyte, " MB\t");
  if (report.init.count() > 0) StrAppend(&line, "Init Duration: ", Milliseconds(report.init), "\t");
  if (result.outcome == Outcome::kTimeout) {
    line += "Status: timeout";
  } else if (result.outcome == Outcome::kMemoryExceeded) {
    line += "Status: error\tError Type: Runtime.OutOfMemory";
  } else if (IsFunctionError(result.outcome)) {
    StrAppend(&line, "Status: error\tError Type: ", FunctionErrorOf(result, spec).type);
  }
  return line + "\n";
}

WholeResponse Throttled(std::string_view request_id) {
  WholeResponse response = LambdaApiError(429, "TooManyRequestsException", "Rate Exceeded.", request_id);
  response.headers.emplace_back("Retry-After", "1");
  // The limit that was reached is the function's own: scaling.max_instances and its queue.
  response.body = R"({"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User",)"
                  R"("message":"Rate Exceeded."})";
  return response;
}

}  // namespace

WholeResponse LambdaResponse(const InvocationResult& result, const FunctionSpec& spec) {
  const std::string& id = result.report.request_id;
  switch (result.outcome) {
    case Outcome::kNotFound:
      return LambdaApiError(404, "ResourceNotFoundException",
                            StrCat("Function not found: ", FunctionArn(result.report.function), ":", kLatestVersion),
                            id, "Message");
    case Outcome::kInvalidRequest:
      return LambdaApiError(
          400, "InvalidRequestContentException",
          StrCat("Could not parse request body into json: Could not parse payload into json: ", result.error.message),
          id);
    case Outcome::kRequestTooLarge:
      return LambdaApiError(413, "RequestTooLargeException",
                            StrCat("Request must be smaller than ", RequestLimit(spec.limits, FunctionKind::kLambda),
                                   " bytes for the InvokeFunction operation"),
                            id);
    case Outcome::kOverloaded:
    case Outcome::kQueueTimeout:
    case Outcome::kRateExceeded:
    case Outcome::kConcurrencyExceeded:
      return Throttled(id);
    default:
      break;
  }
  const bool failed = IsFunctionError(result.outcome);
  if (!failed && result.outcome != Outcome::kOk) {
    return LambdaApiError(500, "ServiceException", result.error.message, id, "Message");
  }
  WholeResponse response;
  response.headers = {{"Content-Type", "application/json"},
                      {"x-amzn-RequestId", id},
                      {"x-hearth-request-id", id},
                      {"X-Amz-Executed-Version", std::string(kLatestVersion)}};
  if (failed) response.headers.emplace_back("X-Amz-Function-Error", "Unhandled");
  response.body = failed ? ErrorJson(FunctionErrorOf(result, spec)) : result.payload;
  return response;
}

WholeResponse LambdaApiError(int status, std::string_view type, std::string_view message, std::string_view request_id,
                             std::string_view message_key) {
  WholeResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"},
                      {"x-amzn-RequestId", std::string(request_id)},
                      {"x-hearth-request-id", std::string(request_id)},
                      {"X-Amzn-ErrorType", std::string(type)}};
  const json::object body{{"Type", status >= 500 ? "Service" : "User"}, {message_key, std::string(message)}};
  response.body = json::serialize(body);
  return response;
}

std::string LambdaLogTail(const InvocationResult& result, const FunctionSpec& spec,
                          std::chrono::system_clock::time_point now) {
  const std::string& id = result.report.request_id;
  std::string log = StrCat("START RequestId: ", id, " Version: ", kLatestVersion, "\n", result.log_tail);
  if (log.back() != '\n') log += '\n';
  StrAppend(&log, FailureLine(result, spec, IsoTime(now)), "END RequestId: ", id, "\n", ReportLine(result, spec));
  return log.size() <= kLogTailBytes ? log : log.substr(log.size() - kLogTailBytes);
}

}  // namespace hearth
