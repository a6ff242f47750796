#pragma once

#include <chrono>
#include <optional>

#include "grpcpp/grpcpp.h"

namespace hearth {

// The deadline that the client of a call gave, if it gave one.
class GrpcDeadline {
 public:
  using Clock = std::chrono::steady_clock;

  GrpcDeadline() = default;
  explicit GrpcDeadline(std::optional<Clock::time_point> time) : time_(time) {}

  std::optional<Clock::time_point> time() const { return time_; }
  bool Passed() const { return time_.has_value() && *time_ <= Clock::now(); }

  // Why a call ended that the client gave up.
  grpc::Status Status() const {
    if (Passed()) return grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "the caller's deadline passed");
    return grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away");
  }

 private:
  std::optional<Clock::time_point> time_;
};

inline GrpcDeadline DeadlineOf(const grpc::CallbackServerContext& context) {
  using std::chrono::system_clock;
  const system_clock::time_point wall = context.deadline();
  if (wall == system_clock::time_point::max()) return GrpcDeadline();
  return GrpcDeadline(GrpcDeadline::Clock::now() + (wall - system_clock::now()));
}

}  // namespace hearth
