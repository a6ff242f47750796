// InvokeStream: bodies in chunks, both ways at once.
//
// Flow control. In: a read is outstanding only while less than kQueueBytes wait for the function. Out: one write at a
// time, and the function's next bytes are not read before gRPC has taken the last ones.

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "invoker/grpc_call.h"
#include "invoker/grpc_core.h"
#include "invoker/grpc_deadline.h"
#include "invoker/grpc_message.h"

namespace hearth {
namespace {

namespace asio = boost::asio;

constexpr size_t kQueueBytes = 1 << 20;
// An event function's result is cut into chunks that every gRPC client accepts (their default limit is 4 MB).
constexpr size_t kResultChunkBytes = 1 << 20;
constexpr char kGone[] = "the caller went away";

class StreamCall : public grpc::ServerBidiReactor<v1::InvokeStreamRequest, v1::InvokeStreamResponse>,
                   public std::enable_shared_from_this<StreamCall> {
 public:
  StreamCall(Invoker& invoker, grpc::CallbackServerContext* context)
      : invoker_(invoker),
        deadline_(DeadlineOf(*context)),
        wake_(invoker.context(), asio::steady_timer::time_point::max()) {}

  void Begin() {
    self_ = shared_from_this();
    StartRead(&incoming_);
  }

  // gRPC's threads.

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    reading_ = false;
    if (!started_) {
      OnStart(ok);
    } else if (!ok) {
      input_ended_ = true;
    } else if (incoming_.body_case() == v1::InvokeStreamRequest::kChunk) {
      Queue(std::move(*incoming_.mutable_chunk()));
    } else {
      Close(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "messages after the first carry a chunk"));
    }
    ReadMore();
    Wake();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (!ok) output_broken_ = true;
    if (closed_) Finish(*closed_);
    Wake();
  }

  void OnCancel() override {
    {
      const std::lock_guard lock(mutex_);
      Close(deadline_.Status());
    }
    asio::post(invoker_.context(), [self = shared_from_this()] {
      self->cancel_.Cancel();
      self->wake_.cancel();
    });
  }

  void OnDone() override { const std::shared_ptr<StreamCall> last = std::move(self_); }

 private:
  // With the mutex held.

  void OnStart(bool ok) {
    if (!ok || incoming_.body_case() != v1::InvokeStreamRequest::kStart) {
      Close(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "the first message must carry start"));
      return;
    }
    started_ = true;
    request_ = std::move(*incoming_.mutable_start());
    if (!request_.payload().empty()) Queue(request_.payload());
    asio::co_spawn(invoker_.context(), Run(shared_from_this()), asio::detached);
  }

  void Queue(std::string chunk) {
    if (chunk.empty()) return;
    queued_bytes_ += chunk.size();
    chunks_.push_back(std::move(chunk));
  }

  void ReadMore() {
    if (closed_ || reading_ || input_ended_ || queued_bytes_ >= kQueueBytes) return;
    reading_ = true;
    StartRead(&incoming_);
  }

  // Ends the call; no operation is started after this. gRPC wants a write to be done first.
  void Close(grpc::Status status) {
    if (closed_) return;
    closed_ = std::move(status);
    if (!writing_) Finish(*closed_);
  }

  void Wake() {
    asio::post(invoker_.context(), [self = shared_from_this()] { self->wake_.cancel(); });
  }

  // Core's thread.

  static asio::awaitable<void> Run(std::shared_ptr<StreamCall> self) {
    InvokeOptions options;
    options.deadline = self->deadline_.time();
    options.cancel = &self->cancel_;
    options.log_tail = self->request_.log_tail();
    Input input(*self);
    Output output(*self);
    GrpcReply reply =
        co_await RunGrpcCall(self->invoker_, self->request_, input, std::nullopt, output, std::move(options));
    if (self->deadline_.Passed()) reply.status = self->deadline_.Status();
    if (reply.status.ok()) co_await self->SendEnd(std::move(reply.response));
    const std::lock_guard lock(self->mutex_);
    self->Close(reply.status);
  }

  asio::awaitable<void> SendEnd(v1::InvokeResponse response) {
    const std::string result = std::move(*response.mutable_payload());
    response.clear_payload();
    for (size_t sent = 0; sent < result.size(); sent += kResultChunkBytes) {
      (void)co_await SendChunk(std::string_view(result).substr(sent, kResultChunkBytes));
    }
    v1::InvokeStreamResponse end;
    *end.mutable_end() = std::move(response);
    (void)co_await Send(std::move(end));
  }

  asio::awaitable<absl::Status> SendChunk(std::string_view bytes) {
    v1::InvokeStreamResponse message;
    message.set_chunk(bytes.data(), bytes.size());
    co_return co_await Send(std::move(message));
  }

  // Until gRPC's side has done something.
  asio::awaitable<void> WaitForWake() { co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable)); }

  asio::awaitable<absl::Status> Send(v1::InvokeStreamResponse message) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || output_broken_) co_return absl::CancelledError(kGone);
      outgoing_ = std::move(message);
      writing_ = true;
      StartWrite(&outgoing_);
    }
    while (IsWriting()) co_await WaitForWake();
    const std::lock_guard lock(mutex_);
    co_return closed_ || output_broken_ ? absl::CancelledError(kGone) : absl::OkStatus();
  }

  bool IsWriting() {
    const std::lock_guard lock(mutex_);
    return writing_;
  }

  class Input : public BodySource {
   public:
    explicit Input(StreamCall& call) : call_(call) {}

    asio::awaitable<absl::StatusOr<size_t>> Read(std::span<char> buffer) override {
      while (true) {
        if (std::optional<absl::StatusOr<size_t>> done = call_.TryRead(buffer)) co_return *std::move(done);
        co_await call_.WaitForWake();
      }
    }
    void Abort() override {
      call_.aborted_ = true;
      call_.wake_.cancel();
    }

   private:
    StreamCall& call_;
  };

  class Output : public ResponseSink {
   public:
    explicit Output(StreamCall& call) : call_(call) {}

    asio::awaitable<absl::Status> Start(const HttpResponseHead& head) override {
      v1::InvokeStreamResponse message;
      *message.mutable_head() = HttpResponseOf(head);
      co_return co_await call_.Send(std::move(message));
    }
    asio::awaitable<absl::Status> Write(std::string_view bytes) override { co_return co_await call_.SendChunk(bytes); }
    asio::awaitable<absl::Status> Finish() override { co_return absl::OkStatus(); }
    asio::awaitable<absl::Status> Upgrade(const HttpResponseHead&, std::string_view, Instance::Connection&) override {
      co_return absl::UnimplementedError("gRPC calls cannot be upgraded");
    }

   private:
    StreamCall& call_;
  };

  // Nothing if there is nothing yet.
  std::optional<absl::StatusOr<size_t>> TryRead(std::span<char> buffer) {
    const std::lock_guard lock(mutex_);
    if (closed_ || aborted_) return absl::InvalidArgumentError(kGone);
    if (chunks_.empty()) {
      if (input_ended_) return size_t{0};
      return std::nullopt;
    }
    std::string& chunk = chunks_.front();
    const size_t count = chunk.copy(buffer.data(), buffer.size(), chunk_read_);
    chunk_read_ += count;
    queued_bytes_ -= count;
    if (chunk_read_ == chunk.size()) {
      chunks_.pop_front();
      chunk_read_ = 0;
    }
    ReadMore();
    return count;
  }

  Invoker& invoker_;
  const GrpcDeadline deadline_;
  std::shared_ptr<StreamCall> self_;  // until OnDone

  // Core's thread.
  CancelToken cancel_;
  asio::steady_timer wake_;  // never expires; cancelled to wake whoever waits
  bool aborted_ = false;

  std::mutex mutex_;
  v1::InvokeRequest request_;  // set before Run, constant since
  v1::InvokeStreamRequest incoming_;
  v1::InvokeStreamResponse outgoing_;
  std::deque<std::string> chunks_;
  size_t chunk_read_ = 0;  // of the first chunk
  size_t queued_bytes_ = 0;
  bool started_ = false;
  bool reading_ = true;  // Begin reads
  bool writing_ = false;
  bool input_ended_ = false;
  bool output_broken_ = false;
  std::optional<grpc::Status> closed_;
};

}  // namespace

grpc::ServerBidiReactor<v1::InvokeStreamRequest, v1::InvokeStreamResponse>* StartStreamCall(
    Invoker& invoker, grpc::CallbackServerContext* context) {
  const auto call = std::make_shared<StreamCall>(invoker, context);
  call->Begin();
  return call.get();
}

}  // namespace hearth
