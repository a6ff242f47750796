#pragma once

// The gRPC port: hearth.v1.Invoker, hearth.v1.Operations, grpc.health.v1.Health and server reflection.
//
//   GrpcServer grpc(invoker);
//   if (absl::Status status = grpc.Start("127.0.0.1", 50051, "--grpc-port"); !status.ok()) …
//   grpc.SetServing(false);                               // drain: health checks say NOT_SERVING
//   grpc.Shutdown(Clock::now() + 5s, [] { … });           // no new calls; those under way may finish until then
//
// gRPC runs threads of its own; they touch nothing of the core, but post to invoker.context(). A call that is cancelled,
// or whose deadline passes, ends at once for its client and cancels its invocation.
//
// Messages to the server may have kMaxMessageBytes; larger bodies are what InvokeStream is for.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "invoker/invoker.h"
#include "invoker/operations.h"

namespace grpc {
class Server;
}

namespace hearth {

class GrpcServer {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr int kMaxMessageBytes = 128 << 20;

  // `invoker`, its context and what `source` reads must outlive this.
  explicit GrpcServer(Invoker& invoker, OperationsSource source = {});
  // Ends every call.
  ~GrpcServer();

  // Binds and serves; port 0 is a free one. AlreadyExists: "port 50051 is in use (pass --grpc-port, 0 for a free one)", with `port_flag`.
  absl::Status Start(const std::string& host, uint16_t port, std::string_view port_flag);
  // The bound port.
  uint16_t port() const { return port_; }
  // What health checks say, of the server and of both services of hearth.v1. True after Start.
  void SetServing(bool serving);
  // Once, from any thread; returns at once. Refuses new calls, and ends those that are left at `deadline`. `done` is
  // called on the core's thread when no call is left.
  void Shutdown(Clock::time_point deadline, std::function<void()> done);

 private:
  class Service;
  class OperationsService;

  Invoker& invoker_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<OperationsService> operations_;
  std::unique_ptr<grpc::Server> server_;
  uint16_t port_ = 0;
  std::thread shutdown_;
};

}  // namespace hearth
