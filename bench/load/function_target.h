#pragma once

// Functions of a hearth, through gRPC (hearth.v1.Invoker). Each answer carries the platform's report: where the instance
// came from and how long each phase took.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bench/load/clock.h"
#include "bench/load/target.h"
#include "grpcpp/channel.h"
#include "hearth/v1/invoker.pb.h"

namespace hearth::load {

// What an answer says of the phases and the outcome.
void ReadResponse(const v1::InvokeResponse& response, MessageTable& messages, Sample& sample);

class FunctionTarget final : public Target {
 public:
  struct Options {
    size_t concurrency = 1;  // calls at a time
    Nanos timeout = 30 * kSecond;
  };

  // `requests` has one for each function.
  FunctionTarget(std::shared_ptr<grpc::Channel> channel, std::vector<v1::InvokeRequest> requests, Clock& clock,
                 MessageTable& messages, Options options);
  // Cancels what is under way.
  ~FunctionTarget() override;

  bool Send(const Request& request) override;
  void Poll(Nanos until, std::vector<Sample>& done) override;
  size_t in_flight() const override { return in_flight_; }

 private:
  struct Call;
  struct Shared;

  void Take(Call& call, std::vector<Sample>& done);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::vector<v1::InvokeRequest> requests_;
  Clock& clock_;
  MessageTable& messages_;
  const Options options_;
  const std::unique_ptr<Shared> shared_;
  size_t in_flight_ = 0;
};

}  // namespace hearth::load
