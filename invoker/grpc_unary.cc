// Invoke: the whole request and the whole response in one message each.

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "invoker/grpc_call.h"
#include "invoker/grpc_core.h"
#include "invoker/grpc_deadline.h"
#include "invoker/grpc_message.h"

namespace hearth {
namespace {

namespace asio = boost::asio;

class StringBody : public BodySource {
 public:
  explicit StringBody(std::string_view bytes) : left_(bytes) {}

  asio::awaitable<absl::StatusOr<size_t>> Read(std::span<char> buffer) override {
    const size_t count = left_.copy(buffer.data(), buffer.size());
    left_.remove_prefix(count);
    co_return count;
  }
  void Abort() override {}

 private:
  std::string_view left_;
};

// Keeps the response; the invoker sees to it that it is not longer than limits.response.
class CollectingSink : public ResponseSink {
 public:
  asio::awaitable<absl::Status> Start(const HttpResponseHead& head) override {
    head_ = HttpResponseOf(head);
    co_return absl::OkStatus();
  }
  asio::awaitable<absl::Status> Write(std::string_view bytes) override {
    body_.append(bytes);
    co_return absl::OkStatus();
  }
  asio::awaitable<absl::Status> Finish() override {
    finished_ = true;
    co_return absl::OkStatus();
  }
  asio::awaitable<absl::Status> Upgrade(const HttpResponseHead&, std::string_view, Instance::Connection&) override {
    co_return absl::UnimplementedError("gRPC calls cannot be upgraded");
  }

  // A response that broke off is not given: half a body looks like a whole one.
  void MoveTo(v1::InvokeResponse& response) {
    if (!finished_) return;
    *response.mutable_http() = std::move(head_);
    response.set_payload(std::move(body_));
  }

 private:
  v1::HttpResponse head_;
  std::string body_;
  bool finished_ = false;
};

class UnaryCall : public grpc::ServerUnaryReactor, public std::enable_shared_from_this<UnaryCall> {
 public:
  UnaryCall(Invoker& invoker, grpc::CallbackServerContext* context, const v1::InvokeRequest* request,
            v1::InvokeResponse* response)
      : invoker_(invoker), deadline_(DeadlineOf(*context)), request_(*request), response_(response) {}

  void Begin() {
    self_ = shared_from_this();
    asio::co_spawn(invoker_.context(), Run(self_), asio::detached);
  }

  // The client is gone or its deadline passed. The call ends here and now, the invocation as soon as the core can.
  void OnCancel() override {
    Reply({deadline_.Status(), {}});
    asio::post(invoker_.context(), [self = shared_from_this()] { self->cancel_.Cancel(); });
  }

  void OnDone() override { const std::shared_ptr<UnaryCall> last = std::move(self_); }

 private:
  static asio::awaitable<void> Run(std::shared_ptr<UnaryCall> self) {
    StringBody body(self->request_.payload());
    CollectingSink sink;
    InvokeOptions options;
    options.deadline = self->deadline_.time();
    options.cancel = &self->cancel_;
    options.log_tail = self->request_.log_tail();
    GrpcReply reply = co_await RunGrpcCall(self->invoker_, self->request_, body, self->request_.payload().size(), sink,
                                           std::move(options));
    sink.MoveTo(reply.response);
    if (self->deadline_.Passed()) reply.status = self->deadline_.Status();
    self->Reply(std::move(reply));
  }

  // Only the first counts. `response_` is gRPC's and ends with the call.
  void Reply(GrpcReply reply) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(replied_, true)) return;
    if (reply.status.ok()) response_->Swap(&reply.response);
    Finish(reply.status);
  }

  Invoker& invoker_;
  const GrpcDeadline deadline_;
  const v1::InvokeRequest request_;  // a copy: gRPC's own ends with the call
  CancelToken cancel_;               // core's thread
  std::shared_ptr<UnaryCall> self_;  // until OnDone

  std::mutex mutex_;
  bool replied_ = false;
  v1::InvokeResponse* const response_;
};

}  // namespace

grpc::ServerUnaryReactor* StartUnaryCall(Invoker& invoker, grpc::CallbackServerContext* context,
                                         const v1::InvokeRequest* request, v1::InvokeResponse* response) {
  const auto call = std::make_shared<UnaryCall>(invoker, context, request, response);
  call->Begin();
  return call.get();
}

}  // namespace hearth
