#include "invoker/grpc_service.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "hearth/v1/invoker.grpc.pb.h"
#include "hearth/v1/operations.grpc.pb.h"
#include "invoker/grpc_call.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Calls at once on one connection. More wait in the client, where nothing can see them; the figure is that of
// HttpServerOptions::max_connections, and admission rejects long before it.
constexpr int kMaxConcurrentCalls = 10000;

// A peer that vanished is noticed after about a minute and a half; clients may ping, but not more than every ten seconds.
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
constexpr int kMinPingIntervalMs = 10'000;

std::string Address(const std::string& host, uint16_t port) {
  return host.find(':') == std::string::npos ? StrCat(host, ":", port) : StrCat("[", host, "]:", port);
}

// gRPC does not say why it could not bind, so this asks first.
absl::Status CanBind(const std::string& host, uint16_t port, std::string_view port_flag) {
  asio::io_context context;
  boost::system::error_code error;
  const auto found = tcp::resolver(context).resolve(host, std::to_string(port), tcp::resolver::passive, error);
  if (error || found.empty()) return absl::InvalidArgumentError(StrCat("cannot listen on host ", host));
  const tcp::endpoint endpoint = *found.begin();
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1, error);
  if (!error) return absl::OkStatus();
  if (error == asio::error::address_in_use) {
    return absl::AlreadyExistsError(StrCat("port ", port, " is in use (pass ", port_flag, ", 0 for a free one)"));
  }
  return absl::UnavailableError(StrCat("cannot listen on ", Address(host, port), ": ", error.message()));
}

}  // namespace

class GrpcServer::Service : public v1::Invoker::CallbackService {
 public:
  explicit Service(hearth::Invoker& invoker) : invoker_(invoker) {}

  grpc::ServerUnaryReactor* Invoke(grpc::CallbackServerContext* context, const v1::InvokeRequest* request,
                                   v1::InvokeResponse* response) override {
    return StartUnaryCall(invoker_, context, request, response);
  }
  grpc::ServerBidiReactor<v1::InvokeStreamRequest, v1::InvokeStreamResponse>* InvokeStream(
      grpc::CallbackServerContext* context) override {
    return StartStreamCall(invoker_, context);
  }

 private:
  hearth::Invoker& invoker_;
};

// Each call is one coroutine of the core. Request and response are gRPC's, and stay until the call is finished, also if
// the client is gone by then.
class GrpcServer::OperationsService : public v1::Operations::CallbackService {
 public:
  OperationsService(hearth::Invoker& invoker, OperationsSource source)
      : context_(invoker.context()), operations_(invoker, std::move(source)) {}

  grpc::ServerUnaryReactor* Stats(grpc::CallbackServerContext* context, const v1::StatsRequest* request,
                                  v1::StatsResponse* response) override {
    return Run(context, operations_.Stats(*request, *response));
  }
  grpc::ServerUnaryReactor* ListInstances(grpc::CallbackServerContext* context, const v1::ListInstancesRequest* request,
                                          v1::ListInstancesResponse* response) override {
    return Run(context, operations_.ListInstances(*request, *response));
  }
  grpc::ServerUnaryReactor* Evict(grpc::CallbackServerContext* context, const v1::EvictRequest* request,
                                  v1::EvictResponse* response) override {
    return Run(context, operations_.Evict(*request, *response));
  }

 private:
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, asio::awaitable<grpc::Status> call) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    asio::co_spawn(context_, Finish(reactor, std::move(call)), asio::detached);
    return reactor;
  }
  static asio::awaitable<void> Finish(grpc::ServerUnaryReactor* reactor, asio::awaitable<grpc::Status> call) {
    reactor->Finish(co_await std::move(call));
  }

  asio::io_context& context_;
  hearth::Operations operations_;
};

GrpcServer::GrpcServer(Invoker& invoker, OperationsSource source)
    : invoker_(invoker),
      service_(std::make_unique<Service>(invoker)),
      operations_(std::make_unique<OperationsService>(invoker, std::move(source))) {}

GrpcServer::~GrpcServer() {
  if (shutdown_.joinable()) {
    shutdown_.join();
  } else if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now());
  }
}

absl::Status GrpcServer::Start(const std::string& host, uint16_t port, std::string_view port_flag) {
  if (absl::Status status = CanBind(host, port, port_flag); !status.ok()) return status;

  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int bound = 0;
  builder.AddListeningPort(Address(host, port), grpc::InsecureServerCredentials(), &bound);
  builder.RegisterService(service_.get());
  builder.RegisterService(operations_.get());
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentCalls);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || bound == 0) {
    return absl::UnavailableError(StrCat("cannot serve gRPC on ", Address(host, port)));
  }
  port_ = static_cast<uint16_t>(bound);
  SetServing(true);
  return absl::OkStatus();
}

void GrpcServer::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
  health->SetServingStatus(serving);
  health->SetServingStatus(v1::Invoker::service_full_name(), serving);
  health->SetServingStatus(v1::Operations::service_full_name(), serving);
}

void GrpcServer::Shutdown(Clock::time_point deadline, std::function<void()> done) {
  const auto wall = std::chrono::system_clock::now() +
                    std::chrono::duration_cast<std::chrono::system_clock::duration>(deadline - Clock::now());
  // gRPC's own call blocks until every call has ended, and they end through the core's thread.
  shutdown_ = std::thread([this, wall, done = std::move(done)]() mutable {
    server_->Shutdown(wall);
    asio::post(invoker_.context(), std::move(done));
  });
}

}  // namespace hearth
