#include "invoker/outcome.h"

namespace hearth {

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kFunctionError:
      return "function_error";
    case Outcome::kInitFailed:
      return "init_failed";
    case Outcome::kTimeout:
      return "timeout";
    case Outcome::kMemoryExceeded:
      return "memory_exceeded";
    case Outcome::kCpuExceeded:
      return "cpu_exceeded";
    case Outcome::kResponseTooLarge:
      return "response_too_large";
    case Outcome::kRequestTooLarge:
      return "request_too_large";
    case Outcome::kInstanceExited:
      return "instance_exited";
    case Outcome::kInstanceKilled:
      return "instance_killed";
    case Outcome::kCancelled:
      return "cancelled";
    case Outcome::kOverloaded:
      return "overloaded";
    case Outcome::kNotFound:
      return "not_found";
    case Outcome::kInvalidRequest:
      return "invalid_request";
    case Outcome::kInternal:
      return "internal";
    case Outcome::kInvalidResponse:
      return "invalid_response";
    case Outcome::kRateExceeded:
      return "rate_exceeded";
    case Outcome::kConcurrencyExceeded:
      return "concurrency_exceeded";
    case Outcome::kQueueTimeout:
      return "queue_timeout";
    case Outcome::kInitTimeout:
      return "init_timeout";
  }
  return "internal";
}

bool IsRejection(Outcome outcome) {
  switch (outcome) {
    case Outcome::kNotFound:
    case Outcome::kInvalidRequest:
    case Outcome::kOverloaded:
    case Outcome::kQueueTimeout:
    case Outcome::kRateExceeded:
    case Outcome::kConcurrencyExceeded:
      return true;
    default:
      return false;
  }
}

int HttpStatusOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return 200;
    case Outcome::kFunctionError:
      return 500;
    case Outcome::kTimeout:
      return 504;
    case Outcome::kInitFailed:
    case Outcome::kInitTimeout:
    case Outcome::kMemoryExceeded:
    case Outcome::kCpuExceeded:
    case Outcome::kResponseTooLarge:
    case Outcome::kInstanceExited:
    case Outcome::kInstanceKilled:
    case Outcome::kInvalidResponse:
      return 502;
    case Outcome::kRequestTooLarge:
      return 413;
    case Outcome::kCancelled:
      return 499;  // nobody is there to read it; the figure is nginx's
    case Outcome::kRateExceeded:
    case Outcome::kConcurrencyExceeded:
      return 429;
    case Outcome::kOverloaded:
    case Outcome::kQueueTimeout:
      return 503;
    case Outcome::kNotFound:
      return 404;
    case Outcome::kInvalidRequest:
      return 400;
    case Outcome::kInternal:
      return 500;
  }
  return 500;
}

}  // namespace hearth
