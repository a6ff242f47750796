#pragma once

// The core's half of hearth.v1.Operations: what is running, and how to end it. gRPC's half is in grpc_service.cc.
// Core's thread.

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "grpcpp/support/status.h"
#include "hearth/v1/operations.pb.h"
#include "invoker/invoker.h"
#include "isolate_pool/pool/instance_factory.h"

namespace hearth {

// Where processes come from.
struct EngineStats {
  std::string node_version;
  std::string v8_version;
  pid_t zygote_pid = -1;  // -1: there is none at the moment
  uint64_t zygote_starts = 0;
  uint64_t zygote_forks = 0;
  size_t stems_ready = 0;
  size_t stems_target = 0;
  uint64_t memory_pressure_evictions = 0;
};

// What Operations reads beside the pool, called on the core's thread. Functions that are not set leave their figures out.
struct OperationsSource {
  std::string version;
  std::function<EngineStats()> engine;
  std::function<TemplateStatus(const std::string& function)> template_status;
};

// Its answers to the requests; a response counts only if its status is ok.
class Operations {
 public:
  // Instances whose /proc is read before the core's other work gets a turn.
  static constexpr int kReadsPerTurn = 64;

  // `invoker` must outlive this, which must outlive its calls.
  Operations(Invoker& invoker, OperationsSource source)
      : invoker_(invoker), source_(std::move(source)), start_(std::chrono::steady_clock::now()) {}

  boost::asio::awaitable<grpc::Status> Stats(const v1::StatsRequest& request, v1::StatsResponse& response) const;
  boost::asio::awaitable<grpc::Status> ListInstances(const v1::ListInstancesRequest& request,
                                                     v1::ListInstancesResponse& response) const;
  boost::asio::awaitable<grpc::Status> Evict(const v1::EvictRequest& request, v1::EvictResponse& response);

 private:
  grpc::Status CheckFunction(const std::string& name) const;
  TemplateStatus TemplateOf(const std::string& function) const;

  Invoker& invoker_;
  const OperationsSource source_;
  const std::chrono::steady_clock::time_point start_;
};

}  // namespace hearth
