#pragma once

// A running hearth as the generator uses it beside the requests themselves: what runs there, and cold starts on demand.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "hearth/v1/operations.pb.h"

namespace hearth::load {

// Calls block. Errors: Unavailable where no hearth answers, NotFound for an unknown function.
class Hearth {
 public:
  explicit Hearth(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}

  absl::StatusOr<v1::StatsResponse> Stats();
  // Ends the instances of the functions and waits until they are gone, at most kEvictTimeout: what is left of an instance
  // would take its part of the next cold start.
  absl::Status Evict(const std::vector<std::string>& functions, bool templates);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
};

// From what gRPC says.
absl::Status ToStatus(const grpc::Status& status);

}  // namespace hearth::load
