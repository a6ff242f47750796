#include "bench/load/hearth.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/strings.h"
#include "grpcpp/grpcpp.h"
#include "hearth/v1/operations.grpc.pb.h"

namespace hearth::load {
namespace {

constexpr auto kCallTimeout = std::chrono::seconds(5);
constexpr auto kEvictTimeout = std::chrono::seconds(5);
constexpr auto kEvictPoll = std::chrono::milliseconds(1);

}  // namespace

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

absl::StatusOr<v1::StatsResponse> Hearth::Stats() {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  v1::StatsResponse response;
  const grpc::Status status = v1::Operations::NewStub(channel_)->Stats(&context, {}, &response);
  if (!status.ok()) return ToStatus(status);
  return response;
}

absl::Status Hearth::Evict(const std::vector<std::string>& functions, bool templates) {
  const auto stub = v1::Operations::NewStub(channel_);
  for (const std::string& function : functions) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallTimeout);
    v1::EvictRequest request;
    request.set_function(function);
    request.set_templates(templates);
    v1::EvictResponse response;
    if (const grpc::Status status = stub->Evict(&context, request, &response); !status.ok()) return ToStatus(status);
  }
  const auto give_up = std::chrono::steady_clock::now() + kEvictTimeout;
  while (std::chrono::steady_clock::now() < give_up) {
    const auto stats = Stats();
    if (!stats.ok()) return stats.status();
    const bool gone = std::ranges::all_of(stats->functions(), [&](const v1::FunctionStats& entry) {
      const v1::InstanceCounts& counts = entry.instances();
      return std::ranges::find(functions, entry.name()) == functions.end() ||
             counts.starting() + counts.ready() + counts.busy() + counts.draining() == 0;
    });
    if (gone) return absl::OkStatus();
    std::this_thread::sleep_for(kEvictPoll);
  }
  return absl::FailedPreconditionError(
      StrCat("instances of ", StrJoin(functions, ", "),
             " are still there after their eviction: does scaling.min_instances keep one?"));
}

}  // namespace hearth::load
