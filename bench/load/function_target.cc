#include "bench/load/function_target.h"

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>

#include "base/strings.h"
#include "bench/load/http_dialect.h"
#include "grpcpp/grpcpp.h"
#include "hearth/v1/invoker.grpc.pb.h"

namespace hearth::load {
namespace {

constexpr size_t kMaxMessageBytes = 200;

Nanos ToNanos(const google::protobuf::Duration& duration) { return duration.seconds() * kSecond + duration.nanos(); }

// OUTCOME_FUNCTION_ERROR as "function_error".
std::string OutcomeWord(v1::Outcome outcome) {
  constexpr std::string_view kPrefix = "OUTCOME_";
  std::string word = v1::Outcome_Name(outcome);
  if (word.starts_with(kPrefix)) word.erase(0, kPrefix.size());
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return word;
}

Outcome OutcomeOfCode(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Outcome::kThrottled;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Outcome::kTimeout;
    default:
      return Outcome::kError;
  }
}

}  // namespace

void ReadResponse(const v1::InvokeResponse& response, MessageTable& messages, Sample& sample) {
  const v1::Report& report = response.report();
  sample.start = ParseStart(report.start());
  sample.bytes = static_cast<uint32_t>(response.payload().size());
  sample.status = static_cast<uint16_t>(response.http().status());
  if (report.has_queue()) sample.phase(Phase::kQueue) = ToNanos(report.queue());
  if (report.has_init()) sample.phase(Phase::kInit) = ToNanos(report.init());
  if (report.has_fork()) sample.phase(Phase::kStart) = ToNanos(report.fork());
  SplitInit(sample);
  if (report.has_run()) sample.phase(Phase::kRun) = ToNanos(report.run());
  const std::string word = OutcomeWord(response.outcome());
  sample.outcome = OutcomeOfHearth(word);
  if (sample.outcome == Outcome::kOk) {
    // The function's own word, as for a plain server.
    sample.outcome = sample.status == 0 ? Outcome::kOk : OutcomeOfStatus(sample.status);
    if (sample.outcome != Outcome::kOk) sample.message = messages.Add(StrCat("HTTP ", sample.status));
    return;
  }
  sample.message = messages.Add(StrCat(word, ": ", response.error().message().substr(0, kMaxMessageBytes)));
}

struct FunctionTarget::Call {
  Sample sample;
  grpc::ClientContext context;
  v1::InvokeResponse response;
  grpc::Status status;
};

// Between the generator's thread and gRPC's.
struct FunctionTarget::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::unique_ptr<Call>> finished;
  std::unordered_set<Call*> running;
};

FunctionTarget::FunctionTarget(std::shared_ptr<grpc::Channel> channel, std::vector<v1::InvokeRequest> requests,
                               Clock& clock, MessageTable& messages, Options options)
    : channel_(std::move(channel)),
      requests_(std::move(requests)),
      clock_(clock),
      messages_(messages),
      options_(options),
      shared_(std::make_unique<Shared>()) {}

FunctionTarget::~FunctionTarget() {
  std::unique_lock lock(shared_->mutex);
  for (Call* call : shared_->running) call->context.TryCancel();
  shared_->changed.wait(lock, [this] { return shared_->running.empty(); });
}

bool FunctionTarget::Send(const Request& request) {
  if (in_flight_ == options_.concurrency) return false;
  ++in_flight_;
  auto* const call = new Call();
  call->sample.request = request;
  call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::nanoseconds(options_.timeout));
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->running.insert(call);
  }
  const auto stub = v1::Invoker::NewStub(channel_);
  stub->async()->Invoke(&call->context, &requests_[request.function], &call->response,
                        [this, call](grpc::Status status) {
                          call->sample.done = clock_.Now();
                          call->status = std::move(status);
                          const std::lock_guard lock(shared_->mutex);
                          shared_->running.erase(call);
                          shared_->finished.emplace_back(call);
                          shared_->changed.notify_all();
                        });
  return true;
}

void FunctionTarget::Poll(Nanos until, std::vector<Sample>& done) {
  std::vector<std::unique_ptr<Call>> finished;
  {
    std::unique_lock lock(shared_->mutex);
    const Nanos wait = std::max<Nanos>(until - clock_.Now(), 0);
    shared_->changed.wait_for(lock, std::chrono::nanoseconds(wait), [this] { return !shared_->finished.empty(); });
    finished.swap(shared_->finished);
  }
  for (const auto& call : finished) Take(*call, done);
}

void FunctionTarget::Take(Call& call, std::vector<Sample>& done) {
  --in_flight_;
  Sample& sample = call.sample;
  if (call.status.ok()) {
    ReadResponse(call.response, messages_, sample);
  } else {
    sample.outcome = OutcomeOfCode(call.status.error_code());
    sample.message = messages_.Add(call.status.error_message().substr(0, kMaxMessageBytes));
  }
  CompletePhases(sample);
  done.push_back(sample);
}

}  // namespace hearth::load
