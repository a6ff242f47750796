#include "invoker/grpc_core.h"

#include <array>
#include <utility>

#include "base/strings.h"
#include "base/units.h"
#include "invoker/grpc_message.h"

namespace hearth {
namespace {

namespace asio = boost::asio;

constexpr size_t kReadBytes = 64 << 10;

GrpcReply ReplyOf(const InvocationResult& result) { return {StatusOf(result), ResponseOf(result)}; }

GrpcReply Failed(grpc::StatusCode code, const absl::Status& status) {
  return {grpc::Status(code, std::string(status.message())), {}};
}

std::string TooLargeMessage(uint64_t limit) {
  return StrCat("the request is larger than limits.request = ", FormatSize(limit));
}

// Ends with an error when more than `limit` bytes have been read.
class LimitedBody : public BodySource {
 public:
  LimitedBody(BodySource& body, uint64_t limit) : body_(body), limit_(limit) {}

  asio::awaitable<absl::StatusOr<size_t>> Read(std::span<char> buffer) override {
    absl::StatusOr<size_t> count = co_await body_.Read(buffer);
    if (count.ok()) {
      read_ += *count;
      if (read_ > limit_) co_return absl::ResourceExhaustedError(TooLargeMessage(limit_));
    }
    co_return count;
  }
  void Abort() override { body_.Abort(); }

 private:
  BodySource& body_;
  const uint64_t limit_;
  uint64_t read_ = 0;
};

struct Collected {
  absl::Status status;
  std::string bytes;
};

// The whole body, or a little more than `limit` of it.
asio::awaitable<Collected> Collect(BodySource& body, std::optional<uint64_t> length, uint64_t limit) {
  Collected collected;
  if (length.has_value() && *length <= limit) collected.bytes.reserve(*length);
  std::vector<char> buffer(kReadBytes);
  while (collected.bytes.size() <= limit) {
    const absl::StatusOr<size_t> count = co_await body.Read(buffer);
    if (!count.ok()) {
      collected.status = count.status();
      break;
    }
    if (*count == 0) break;
    collected.bytes.append(buffer.data(), *count);
  }
  co_return collected;
}

InvocationResult TooLarge(const std::string& function, uint64_t limit) {
  InvocationResult result;
  result.outcome = Outcome::kRequestTooLarge;
  result.error.type = "Hearth.RequestTooLarge";
  result.error.limit = LimitBreach{"limits.request", FormatSize(limit), ""};
  result.error.message = TooLargeMessage(limit);
  result.report.function = function;
  result.report.outcome = result.outcome;
  return result;
}

asio::awaitable<GrpcReply> RunEvent(Invoker& invoker, const v1::InvokeRequest& request, BodySource& body,
                                    std::optional<uint64_t> length, uint64_t limit, InvokeOptions options) {
  Collected event = co_await Collect(body, length, limit);
  if (!event.status.ok()) co_return Failed(grpc::StatusCode::CANCELLED, event.status);
  if (event.bytes.size() > limit) co_return ReplyOf(TooLarge(request.function(), limit));
  InvocationResult result =
      co_await invoker.InvokeEvent(request.function(), std::move(event.bytes), "", std::move(options));
  GrpcReply reply = ReplyOf(result);
  reply.response.set_payload(std::move(result.payload));
  co_return reply;
}

asio::awaitable<GrpcReply> RunHttp(Invoker& invoker, const v1::InvokeRequest& request, FunctionKind kind,
                                   BodySource& body, std::optional<uint64_t> length, uint64_t limit, ResponseSink& sink,
                                   InvokeOptions options) {
  absl::StatusOr<HttpRequestHead> head = HttpHeadOf(request, kind, length);
  if (!head.ok()) co_return Failed(grpc::StatusCode::INVALID_ARGUMENT, head.status());
  if (length.has_value() && *length > limit) co_return ReplyOf(TooLarge(request.function(), limit));
  LimitedBody limited(body, limit);
  const Invoker::HttpResult result =
      co_await invoker.InvokeHttp(request.function(), *std::move(head), limited, sink, std::move(options));
  co_return ReplyOf(result);
}

}  // namespace

asio::awaitable<GrpcReply> RunGrpcCall(Invoker& invoker, const v1::InvokeRequest& request, BodySource& body,
                                       std::optional<uint64_t> length, ResponseSink& sink, InvokeOptions options) {
  const std::shared_ptr<const FunctionSpec> spec = invoker.pool().Find(request.function());
  if (spec == nullptr) {
    // The invoker knows what to say, and counts it.
    co_return ReplyOf(co_await invoker.InvokeEvent(request.function(), "", "", std::move(options)));
  }
  FunctionKind kind = spec->kind;
  if (kind == FunctionKind::kDetect) {
    const InvocationResult probe = co_await invoker.ResolveKind(request.function(), &kind);
    if (probe.outcome != Outcome::kOk) co_return ReplyOf(probe);
  }
  if (options.cancel != nullptr && options.cancel->cancelled()) {
    co_return GrpcReply{grpc::Status(grpc::StatusCode::CANCELLED, "the caller went away"), {}};
  }
  const uint64_t limit = RequestLimit(spec->limits, kind);
  if (kind == FunctionKind::kLambda) {
    co_return co_await RunEvent(invoker, request, body, length, limit, std::move(options));
  }
  co_return co_await RunHttp(invoker, request, kind, body, length, limit, sink, std::move(options));
}

}  // namespace hearth
