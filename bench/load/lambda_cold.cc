#include "bench/load/lambda_cold.h"

#include <chrono>
#include <thread>

#include "base/strings.h"
#include "bench/load/http_call.h"

namespace hearth::load {
namespace {

namespace json = boost::json;

constexpr auto kUpdateTimeout = std::chrono::seconds(60);
constexpr auto kUpdatePoll = std::chrono::milliseconds(200);
constexpr int kHttpOk = 200;

absl::StatusOr<json::object> Answered(const absl::StatusOr<HttpAnswer>& answer, std::string_view what) {
  if (!answer.ok()) return answer.status();
  boost::system::error_code failed;
  json::value body = json::parse(answer->body, failed);
  if (answer->status != kHttpOk || failed || !body.is_object()) {
    return absl::FailedPreconditionError(
        StrCat(what, " answered HTTP ", answer->status, ": ", std::string_view(answer->body).substr(0, 200)));
  }
  return std::move(body.as_object());
}

}  // namespace

LambdaColdStart::~LambdaColdStart() {
  if (has_original_) Update(original_).IgnoreError();
}

absl::StatusOr<json::object> LambdaColdStart::Configuration() {
  return Answered(HttpCall(api_.endpoint(), insecure_, api_.GetConfiguration(function_)), "GetFunctionConfiguration");
}

absl::Status LambdaColdStart::Update(json::object variables) {
  const std::string body =
      json::serialize(json::object{{"Environment", json::object{{"Variables", std::move(variables)}}}});
  const auto updated = Answered(HttpCall(api_.endpoint(), insecure_, api_.UpdateConfiguration(function_, body)),
                                "UpdateFunctionConfiguration");
  if (!updated.ok()) return updated.status();
  const auto give_up = std::chrono::steady_clock::now() + kUpdateTimeout;
  while (std::chrono::steady_clock::now() < give_up) {
    const auto configuration = Configuration();
    if (!configuration.ok()) return configuration.status();
    const json::value* state = configuration->if_contains("LastUpdateStatus");
    if (state == nullptr || !state->is_string() || state->as_string() == "Successful") return absl::OkStatus();
    if (state->as_string() == "Failed") break;
    std::this_thread::sleep_for(kUpdatePoll);
  }
  return absl::FailedPreconditionError(StrCat("the configuration of ", function_, " could not be updated"));
}

absl::Status LambdaColdStart::Force() {
  if (!has_original_) {
    const auto configuration = Configuration();
    if (!configuration.ok()) return configuration.status();
    if (const json::value* environment = configuration->if_contains("Environment");
        environment != nullptr && environment->is_object()) {
      const json::value* variables = environment->as_object().if_contains("Variables");
      if (variables != nullptr && variables->is_object()) original_ = variables->as_object();
    }
    has_original_ = true;
  }
  json::object variables = original_;
  variables[kVariable] = std::to_string(++round_);
  return Update(std::move(variables));
}

}  // namespace hearth::load
