#include "invoker/invoker.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <variant>

#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>

#include "base/strings.h"
#include "base/units.h"
#include "invoker/cpu_limit.h"
#include "invoker/fetch_exchange.h"
#include "invoker/http_exchange.h"
#include "invoker/one_shot.h"
#include "invoker/report_header.h"

namespace hearth {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

// Between the end of a process's connections and the kernel's word that it has ended there are microseconds; an instance
// that still runs after this long has hung up on purpose.
constexpr auto kExitGrace = std::chrono::milliseconds(250);

// Deeper than any real event; bounds the stack that a hostile one can take.
constexpr size_t kMaxEventDepth = 1000;

// As a handler's context names its function; the account is the one of AWS's documentation.
constexpr std::string_view kArnPrefix = "arn:aws:lambda:us-east-1:123456789012:function:";
// Sent by instance.cc in place of a result that is longer than limits.response.
constexpr std::string_view kResponseSizeTooLarge = "Function.ResponseSizeTooLarge";

InvocationError ToError(const Failure& failure) {
  InvocationError error{failure.type, failure.message, failure.stack};
  // For a syntax error the place says more than the engine's own stack.
  if (!failure.frame.empty()) error.message = StrCat(failure.frame, "\n\n", failure.message);
  return error;
}

// The outcome of an invocation whose instance ended under it.
Outcome OutcomeOf(const ExitCause& cause) {
  using Kind = ExitCause::Kind;
  switch (cause.kind) {
    case Kind::kInitFailed:
      return Outcome::kInitFailed;
    case Kind::kInitTimeout:
      return Outcome::kInitTimeout;
    case Kind::kMemoryLimit:
      return Outcome::kMemoryExceeded;
    case Kind::kCpuLimit:
      return Outcome::kCpuExceeded;
    case Kind::kSignalled:
    case Kind::kStopped:
    case Kind::kTimeout:
      return Outcome::kInstanceKilled;
    case Kind::kProtocol:
      return Outcome::kInvalidResponse;
    case Kind::kLaunchFailed:
    case Kind::kRunning:
      return Outcome::kInternal;
    case Kind::kProcessExit:
    case Kind::kUncaughtError:
    case Kind::kExited:
      return Outcome::kInstanceExited;
  }
  return Outcome::kInternal;
}

// The outcome of an invocation that waited for an instance which did not come up.
Outcome OutcomeOfStart(const ExitCause& cause) {
  switch (const Outcome outcome = OutcomeOf(cause)) {
    case Outcome::kInternal:
    case Outcome::kMemoryExceeded:
    case Outcome::kInitTimeout:
      return outcome;
    default:
      return Outcome::kInitFailed;
  }
}

InvocationError ErrorOf(const ExitCause& cause) {
  if (cause.kind == ExitCause::Kind::kInitFailed) return ToError(cause.failure);
  InvocationError error;
  error.type = cause.failure.type.empty() || cause.kind == ExitCause::Kind::kUncaughtError ? "Hearth.InstanceEnded"
                                                                                           : cause.failure.type;
  error.message = Describe(cause);
  error.stack = cause.failure.stack;
  error.limit = cause.limit;
  return error;
}

LimitBreach RequestBreach(const FunctionSpec& spec, FunctionKind kind) {
  return {"limits.request", FormatSize(RequestLimit(spec.limits, kind)), ""};
}

// All of a body whose length is known to be short.
asio::awaitable<absl::StatusOr<std::string>> ReadBody(BodySource& source, uint64_t length) {
  std::string body(length, '\0');
  for (size_t read = 0; read < length;) {
    const absl::StatusOr<size_t> size = co_await source.Read(std::span(body).subspan(read));
    if (!size.ok()) co_return size.status();
    if (*size == 0) co_return absl::InvalidArgumentError("the request's body ended early");
    read += *size;
  }
  co_return body;
}

InvocationError ErrorOfJson(const std::string& text) {
  InvocationError error{"Error", "the function failed", {}};
  boost::system::error_code failed;
  const json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) return error;
  const auto& object = value.as_object();
  const auto string = [&](const char* key) {
    const json::value* member = object.if_contains(key);
    return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
  };
  error.type = string("type");
  error.message = string("message");
  if (const json::value* stack = object.if_contains("stack"); stack != nullptr && stack->is_array()) {
    for (const json::value& line : stack->as_array()) {
      if (line.is_string()) error.stack.emplace_back(line.as_string());
    }
  }
  return error;
}

}  // namespace

std::string NewRequestId() {
  // Drawn ahead: one call of the kernel for many.
  constexpr size_t kBytes = 16;
  constexpr size_t kDrawnBytes = 256;  // what getrandom gives whole, whatever happens
  thread_local std::array<unsigned char, kDrawnBytes> drawn;
  thread_local size_t left = 0;
  if (left == 0) {
    if (getrandom(drawn.data(), drawn.size(), 0) != static_cast<ssize_t>(drawn.size())) std::abort();
    left = drawn.size();
  }
  left -= kBytes;
  unsigned char* const bytes = drawn.data() + left;
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string id;
  id.reserve(36);
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    id += kDigits[bytes[i] >> 4];
    id += kDigits[bytes[i] & 15];
  }
  return id;
}

// One invocation from admission to its report. Lives in the coroutine that runs it.
class Invoker::Invocation {
 public:
  Invocation(Invoker& invoker, const std::string& function, InvokeOptions& options, InvocationResult& result)
      : invoker_(invoker), options_(options), result_(result), timer_(invoker.context_), cpu_limit_(invoker.context_) {
    if (options.request_id.empty()) options.request_id = NewRequestId();
    result_.report.request_id = options.request_id;
    result_.report.function = function;
    spec_ = invoker.pool_.Find(function);
  }

  // The instance says that nothing was logged.
  void SetNothingLogged() { logged_ = false; }

  // Gives the instance back, unused.
  void Abandon() {
    if (lease_.instance != nullptr) invoker_.pool_.Release(std::move(lease_), false);
  }

  // Gives the instance back and reports. Called once, last.
  void Finish() {
    if (options_.cancel != nullptr) options_.cancel->OnCancel(nullptr);
    if (lease_.instance != nullptr) {
      result_.log_tail = lease_.instance->EndRequest(options_.request_id, logged_ || options_.log_tail);
      invoker_.pool_.Release(std::move(lease_));
    }
    result_.report.outcome = result_.outcome;
    result_.report.error = result_.error;
    if (invoker_.observer_ != nullptr) invoker_.observer_->OnInvocation(result_.report);
  }

  const FunctionSpec& spec() const { return *spec_; }
  Instance& instance() { return *lease_.instance; }
  const std::shared_ptr<Instance>& shared_instance() { return lease_.instance; }
  bool timed_out() const { return timed_out_; }
  bool cancelled() const { return options_.cancel != nullptr && options_.cancel->cancelled(); }
  Clock::time_point deadline() const { return deadline_; }

  void Fail(Outcome outcome, InvocationError error) {
    result_.outcome = outcome;
    result_.error = std::move(error);
  }

  // Waits for an instance. False if there is none to be had: the result says why.
  // `counted`: it is an invocation, and not only a look at the function.
  asio::awaitable<bool> Acquire(bool counted = true) {
    if (spec_ == nullptr) {
      Fail(Outcome::kNotFound, {"Hearth.FunctionNotFound", invoker_.UnknownFunction(result_.report.function), {}});
      co_return false;
    }
    const Clock::time_point start = Clock::now();
    if (counted) {
      std::variant<Admission::Place, Admission::Refusal> admitted = invoker_.admission_.Admit(*spec_, start);
      if (auto* refusal = std::get_if<Admission::Refusal>(&admitted)) {
        Fail(refusal->outcome, std::move(refusal->error));
        co_return false;
      }
      place_ = std::move(std::get<Admission::Place>(admitted));
    }
    if (std::optional<Lease> warm = invoker_.pool_.TryAcquire(spec_->name)) {
      Take(*std::move(warm), Clock::now() - start);
      co_return true;
    }
    using Answer = std::variant<std::monostate, Lease, Pool::AcquireError>;
    // Shared: the pool may answer in the same breath in which the deadline passes.
    const auto answer = std::make_shared<OneShot<Answer>>();
    const uint64_t ticket = invoker_.pool_.Acquire(spec_->name, [answer](auto granted) {
      std::visit([&](auto& value) { answer->Set(std::move(value)); }, granted);
    });
    if (!answer->set()) {
      const auto give_up = [this, answer, ticket] {
        invoker_.pool_.Cancel(ticket);
        answer->Set(std::monostate());
      };
      if (options_.cancel != nullptr) options_.cancel->OnCancel(give_up);
      if (options_.deadline.has_value()) {
        timer_.expires_at(*options_.deadline);
        timer_.async_wait([this, armed = armed_, give_up](boost::system::error_code error) {
          if (error || !*armed) return;
          timed_out_ = true;
          give_up();
        });
      }
    }
    Answer granted = co_await answer->Get();
    Disarm();
    if (options_.cancel != nullptr) options_.cancel->OnCancel(nullptr);
    const nanoseconds waited = Clock::now() - start;
    if (auto* lease = std::get_if<Lease>(&granted)) {
      Take(std::move(*lease), waited);
      co_return true;
    }
    result_.report.queue = waited;
    if (auto* refused = std::get_if<Pool::AcquireError>(&granted)) {
      if (absl::IsAborted(refused->status)) {
        Fail(OutcomeOfStart(refused->cause), ErrorOf(refused->cause));
      } else {
        FailRefused(*refused);
      }
    } else if (timed_out_) {
      Fail(Outcome::kTimeout, {"Hearth.Timeout", "the caller's deadline passed while no instance was free", {}});
    } else {
      Fail(Outcome::kCancelled, {"Hearth.Cancelled", "the caller went away while no instance was free", {}});
    }
    co_return false;
  }

  // Starts the clocks of the run. `on_end` is called when the deadline passes or the caller goes away.
  void BeginRun(std::function<void()> on_end) {
    on_end_ = std::move(on_end);
    ++invoker_.running_;
    run_start_ = Clock::now();
    cpu_start_ = CpuTime();
    deadline_ = run_start_ + spec_->limits.timeout;
    if (options_.deadline.has_value()) deadline_ = std::min(deadline_, *options_.deadline);
    instance().BeginRequest(options_.request_id, spec_->limits.log_bytes);
    timer_.expires_at(deadline_);
    timer_.async_wait([this, armed = armed_](boost::system::error_code error) {
      if (error || !*armed) return;
      timed_out_ = true;
      on_end_();
    });
    if (options_.cancel != nullptr) {
      options_.cancel->OnCancel([this] { on_end_(); });
    }
    // Not left to the end of its connections: a program that it started may hold them open.
    on_exit_ = instance().OnExit([this, running = running_] {
      if (*running) on_end_();
    });
    if (spec_->limits.cpu.count() > 0) {
      cpu_limit_.Watch(instance(), instance().TreeCpuTime(), spec_->limits.cpu,
                       [this](nanoseconds used) { OnCpuBreach(used); });
    }
  }

  // The deadline no longer holds: the connection was upgraded.
  void LiftDeadline() { Disarm(); }

  void EndRun() {
    --invoker_.running_;
    Disarm();
    cpu_limit_.Stop();
    instance().RemoveOnExit(on_exit_);
    *running_ = false;
    if (options_.cancel != nullptr) options_.cancel->OnCancel(nullptr);
    result_.report.run = Clock::now() - run_start_;
    if (const nanoseconds now = CpuTime(); now > cpu_start_) result_.report.cpu = now - cpu_start_;
    if (options_.peak_memory || result_.report.start != StartName(StartKind::kWarm)) {
      result_.report.peak_memory_bytes = instance().PeakMemoryBytes();
    }
  }

  // limits.timeout or the caller's deadline passed. After the former the instance may be stuck, and is given up.
  asio::awaitable<void> FailWithTimeout(bool give_up_instance) {
    const bool own_limit = !options_.deadline.has_value() || deadline_ < *options_.deadline;
    InvocationError error{"Hearth.Timeout",
                          own_limit ? StrCat("the function did not answer within limits.timeout = ",
                                             FormatDuration(spec_->limits.timeout))
                                    : std::string("the caller's deadline passed"),
                          {}};
    if (own_limit) error.limit = {"limits.timeout", FormatDuration(spec_->limits.timeout), ""};
    if (own_limit || give_up_instance) {
      GiveUpInstance();
      // With nobody else in it, it ends now, and says where it was.
      if (invoker_.pool_.InFlight(lease_) == 1) {
        ExitCause cause{.kind = ExitCause::Kind::kTimeout};
        cause.failure = {error.type, error.message, {}, {}};
        instance().Interrupt(std::move(cause));
        if (co_await Exited() && instance().exit_cause().kind == ExitCause::Kind::kTimeout) {
          error.stack = instance().exit_cause().failure.stack;
        }
      }
    }
    Fail(Outcome::kTimeout, std::move(error));
  }

  // The pool has no instance for it.
  void FailRefused(const Pool::AcquireError& refused) {
    InvocationError error{"Hearth.Overloaded", std::string(refused.status.message()), {}, refused.limit};
    Outcome outcome = Outcome::kOverloaded;
    if (absl::IsNotFound(refused.status)) outcome = Outcome::kNotFound;
    if (absl::IsUnavailable(refused.status)) error.type = "Hearth.ShuttingDown";
    if (absl::IsDeadlineExceeded(refused.status)) {
      outcome = Outcome::kQueueTimeout;
      error.type = "Hearth.QueueTimeout";
    }
    Fail(outcome, std::move(error));
  }

  // Nobody waits for the answer any more.
  void FailWithCancellation() { Fail(Outcome::kCancelled, {"Hearth.Cancelled", "the caller went away", {}}); }

  // It gets no more work, and ends as soon as nothing else runs in it.
  void GiveUpInstance() { invoker_.pool_.Drain(lease_); }

  // What the instance said breaks off: it has ended, or is ending, or has hung up.
  asio::awaitable<void> FailWithExit() {
    if (co_await Exited()) {
      const ExitCause& cause = instance().exit_cause();
      InvocationError error = ErrorOf(cause);
      const bool of_another = cause.kind == ExitCause::Kind::kCpuLimit && !cpu_breached_;
      if (of_another) {
        error = {"Hearth.InstanceEnded", StrCat("another invocation in the same instance: ", Describe(cause)), {}};
      }
      Fail(of_another ? Outcome::kInstanceKilled : OutcomeOf(cause), std::move(error));
    } else {
      Fail(Outcome::kInvalidResponse,
           {"Hearth.InvalidResponse", "the function closed the connection without a complete answer", {}});
    }
  }

  // False, with the result set, if the function is not one for this lane.
  bool CheckLane(bool event_lane) {
    const FunctionKind kind = instance().kind();
    if ((kind == FunctionKind::kLambda) == event_lane) return true;
    Fail(Outcome::kInvalidRequest,
         {"Hearth.WrongKind",
          StrCat("function \"", spec_->name, "\" is of kind ", KindName(kind), ", which takes ",
                 event_lane ? "HTTP requests, not events" : "events, not HTTP requests"),
          {}});
    return false;
  }

 private:
  void Take(Lease lease, nanoseconds waited) {
    lease_ = std::move(lease);
    // The detected kind is in the pool's spec by now.
    if (auto detected = invoker_.pool_.Find(spec_->name)) spec_ = std::move(detected);
    result_.report.instance = lease_.instance->id();
    result_.report.start = std::string(StartName(lease_.start));
    result_.report.init = std::min(lease_.init, waited);
    if (lease_.init.count() > 0) result_.report.fork = std::min(lease_.instance->fork_time(), result_.report.init);
    result_.report.queue = waited - result_.report.init;
  }

  // What overlaps in an instance shares its CPU time anyway, and so may share a look at the clock.
  nanoseconds CpuTime() {
    return invoker_.pool_.InFlight(lease_) > 1 ? instance().RecentCpuTime() : instance().CpuTime();
  }

  // Waits for the instance's end, a little.
  asio::awaitable<bool> Exited() {
    const auto gone = std::make_shared<OneShot<bool>>();
    instance().OnExit([gone] { gone->Set(true); });
    timer_.expires_after(kExitGrace);
    timer_.async_wait([gone](boost::system::error_code error) {
      if (!error) gone->Set(false);
    });
    const bool exited = co_await gone->Get();
    timer_.cancel();
    co_return exited;
  }

  // The end of the instance ends the run.
  void OnCpuBreach(nanoseconds used) {
    cpu_breached_ = true;
    ExitCause cause{.kind = ExitCause::Kind::kCpuLimit};
    const auto rounded = std::chrono::duration_cast<std::chrono::milliseconds>(used);
    cause.failure = {"Hearth.CpuExceeded",
                     StrCat("limits.cpu = ", FormatDuration(spec_->limits.cpu), " exceeded: the function used ",
                            FormatDuration(rounded), " of CPU time"),
                     {},
                     {}};
    cause.limit = {"limits.cpu", FormatDuration(spec_->limits.cpu), FormatDuration(rounded)};
    GiveUpInstance();
    instance().Interrupt(std::move(cause));
  }

  // A timer that has expired cannot be cancelled any more: its handler is queued, and may outlive this object.
  void Disarm() {
    timer_.cancel();
    *armed_ = false;
    armed_ = std::make_shared<bool>(true);
  }

  Invoker& invoker_;
  InvokeOptions& options_;
  InvocationResult& result_;
  std::shared_ptr<const FunctionSpec> spec_;
  Lease lease_;
  Admission::Place place_;
  asio::steady_timer timer_;
  std::shared_ptr<bool> armed_ = std::make_shared<bool>(true);
  std::function<void()> on_end_;
  Clock::time_point run_start_;
  Clock::time_point deadline_;
  nanoseconds cpu_start_{};
  bool timed_out_ = false;
  CpuLimit cpu_limit_;
  bool cpu_breached_ = false;
  bool logged_ = true;
  uint64_t on_exit_ = 0;
  std::shared_ptr<bool> running_ = std::make_shared<bool>(true);
};

Invoker::Invoker(asio::io_context& context, Pool& pool, InvocationObserver* observer)
    : context_(context), pool_(pool), observer_(observer) {}

std::string Invoker::UnknownFunction(std::string_view name) const {
  std::vector<std::string> known;
  for (const auto& spec : pool_.Functions()) known.push_back(spec->name);
  return StrCat("no function named \"", name, "\"; known: ", known.empty() ? "none" : StrJoin(known, ", "));
}

asio::awaitable<InvocationResult> Invoker::InvokeEvent(std::string function, std::string payload,
                                                       std::string client_context, InvokeOptions options) {
  InvocationResult result;
  Invocation invocation(*this, function, options, result);
  boost::system::error_code invalid;
  if (!payload.empty()) {
    json::parse_options parse;
    parse.max_depth = kMaxEventDepth;
    json::stream_parser parser({}, parse);
    parser.write(payload, invalid);
    if (!invalid) parser.finish(invalid);
  }
  if (invalid) {
    invocation.Fail(Outcome::kInvalidRequest,
                    {"Hearth.InvalidEvent", StrCat("the event is not JSON: ", invalid.message()), {}});
  } else if (co_await invocation.Acquire() && invocation.CheckLane(true)) {
    co_await RunEvent(invocation, std::move(payload), std::move(client_context), result);
  }
  invocation.Finish();
  co_return result;
}

asio::awaitable<void> Invoker::RunEvent(Invocation& invocation, std::string payload, std::string client_context,
                                        InvocationResult& result) {
  // The handler's result; or nothing, when the instance ends, the deadline passes or the caller goes away. Shared,
  // because the instance may say something after this coroutine has stopped listening.
  const auto answer = std::make_shared<OneShot<std::optional<EventResult>>>();
  invocation.BeginRun([answer] { answer->Set(std::nullopt); });
  const auto left =
      std::chrono::duration_cast<std::chrono::system_clock::duration>(invocation.deadline() - Clock::now());
  const Event event{.request_id = result.report.request_id,
                    .payload = std::move(payload),
                    .deadline = std::chrono::system_clock::now() + left,
                    .function_arn = StrCat(kArnPrefix, result.report.function),
                    .client_context = std::move(client_context)};
  const uint64_t id =
      invocation.instance().Invoke(event, [answer](EventResult value) { answer->Set(std::move(value)); });
  std::optional<EventResult> value = co_await answer->Get();
  invocation.EndRun();
  if (value.has_value() && value->ok) {
    result.outcome = Outcome::kOk;
    result.payload = std::move(value->payload);
  } else if (value.has_value()) {
    if (value->failure.type == kResponseSizeTooLarge) {
      const uint64_t limit = ResponseLimit(invocation.spec().limits, FunctionKind::kLambda);
      InvocationError error{
          "Hearth.ResponseTooLarge",
          StrCat("the result is larger than limits.response = ", FormatSize(limit), ": ", value->failure.message),
          {},
          LimitBreach{"limits.response", FormatSize(limit), ""}};
      invocation.Fail(Outcome::kResponseTooLarge, std::move(error));
    } else {
      invocation.Fail(Outcome::kFunctionError, ToError(value->failure));
    }
  } else if (invocation.timed_out()) {
    // A handler cannot be interrupted, and the next event must not overlap with it.
    invocation.instance().Cancel(id);
    co_await invocation.FailWithTimeout(true);
  } else if (invocation.cancelled()) {
    invocation.instance().Cancel(id);
    invocation.FailWithCancellation();
    invocation.GiveUpInstance();
  } else {
    co_await invocation.FailWithExit();
  }
}

asio::awaitable<Invoker::HttpResult> Invoker::InvokeHttp(std::string function, HttpRequestHead head, BodySource& body,
                                                         ResponseSink& sink, InvokeOptions options) {
  HttpResult result;
  Invocation invocation(*this, function, options, result);
  if (co_await invocation.Acquire() && invocation.CheckLane(false)) {
    std::optional<ReportingSink> reporting;
    if (options.report_header) reporting.emplace(result.report, sink);
    co_await RunHttp(invocation, head, body, reporting ? *reporting : sink, result);
  }
  invocation.Finish();
  co_return result;
}

asio::awaitable<void> Invoker::RunHttp(Invocation& invocation, const HttpRequestHead& head, BodySource& body,
                                       ResponseSink& sink, HttpResult& result) {
  const FunctionKind kind = invocation.instance().kind();
  const HttpExchange::Options options{
      .response_headers = {{"x-hearth-request-id", result.report.request_id}, {"x-hearth-start", result.report.start}},
      .on_upgrade = [&] { invocation.LiftDeadline(); }};
  const Lane lane{head, body, sink, ResponseLimit(invocation.spec().limits, kind), options};
  if (FetchExchange::Takes(kind, head)) {
    co_await RunFetchLane(invocation, lane, result);
  } else {
    co_await RunHttpLane(invocation, lane, result);
  }
}

asio::awaitable<void> Invoker::RunFetchLane(Invocation& invocation, const Lane& lane, HttpResult& result) {
  const auto exchange =
      std::make_shared<FetchExchange>(invocation.shared_instance(), lane.sink, lane.response_limit, lane.options);
  invocation.BeginRun([&body = lane.body, exchange] {
    exchange->BreakOff();
    body.Abort();
  });
  HttpExchange::Result end;
  absl::StatusOr<std::string> body = std::string();
  if (lane.head.content_length != 0u) body = co_await ReadBody(lane.body, *lane.head.content_length);
  if (body.ok()) {
    end = co_await exchange->Run(lane.head, result.report.request_id, *std::move(body));
  } else {
    end.end = HttpExchange::End::kRequestFailed;
    end.request_status = body.status();
  }
  invocation.EndRun();
  if (!end.logged) invocation.SetNothingLogged();
  co_await Conclude(invocation, lane, std::move(end), result);
}

asio::awaitable<void> Invoker::RunHttpLane(Invocation& invocation, const Lane& lane, HttpResult& result) {
  absl::StatusOr<Instance::Connection> connection = invocation.instance().Connect();
  if (!connection.ok()) {
    invocation.Fail(Outcome::kInternal, {"Hearth.Internal", std::string(connection.status().message()), {}});
    co_return;
  }
  invocation.BeginRun([&] {
    boost::system::error_code ignored;
    connection->close(ignored);
    lane.body.Abort();
  });
  HttpExchange::Result end = co_await HttpExchange::Run(*connection, lane.head, result.report.request_id, lane.body,
                                                        lane.sink, lane.response_limit, lane.options);
  invocation.EndRun();
  const bool reusable = end.reusable;
  co_await Conclude(invocation, lane, std::move(end), result);
  if (reusable && connection->is_open()) invocation.instance().Keep(std::move(*connection));
}

asio::awaitable<void> Invoker::Conclude(Invocation& invocation, const Lane& lane, HttpExchange::Result end,
                                        HttpResult& result) {
  using End = HttpExchange::End;
  result.response_started = end.started;
  if (end.end == End::kComplete) {
    result.outcome = Outcome::kOk;
    co_return;
  }
  if (invocation.timed_out()) co_return co_await invocation.FailWithTimeout(false);
  if (invocation.cancelled()) co_return invocation.FailWithCancellation();
  switch (end.end) {
    case End::kFunctionError:
      co_return invocation.Fail(Outcome::kFunctionError,
                                end.failure.has_value() ? ToError(*end.failure) : ErrorOfJson(end.error));
    case End::kInvalidResponse:
      co_return invocation.Fail(
          Outcome::kInvalidResponse,
          {"Hearth.InvalidResponse", StrCat("the function's answer is not HTTP: ", end.error), {}});
    case End::kBrokenOff:
      co_return invocation.Fail(Outcome::kInvalidResponse,
                                {"Hearth.InvalidResponse", "the function did not complete its answer", {}});
    case End::kResponseTooLarge: {
      const std::string limit = FormatSize(lane.response_limit);
      co_return invocation.Fail(Outcome::kResponseTooLarge,
                                {"Hearth.ResponseTooLarge",
                                 StrCat("the response is larger than limits.response = ", limit),
                                 {},
                                 LimitBreach{"limits.response", limit, ""}});
    }
    case End::kRequestFailed:
      if (!absl::IsResourceExhausted(end.request_status)) co_return invocation.FailWithCancellation();
      co_return invocation.Fail(Outcome::kRequestTooLarge,
                                {"Hearth.RequestTooLarge",
                                 std::string(end.request_status.message()),
                                 {},
                                 RequestBreach(invocation.spec(), invocation.instance().kind())});
    case End::kClientGone:
      co_return invocation.FailWithCancellation();
    case End::kConnectionLost:
    case End::kComplete:
      co_await invocation.FailWithExit();
  }
}

asio::awaitable<InvocationResult> Invoker::Probe(std::string function, FunctionKind* kind) {
  InvocationResult result;
  InvokeOptions options;
  Invocation invocation(*this, function, options, result);
  if (co_await invocation.Acquire(false)) {
    *kind = invocation.instance().kind();
    result.outcome = Outcome::kOk;
  }
  invocation.Abandon();
  co_return result;
}

asio::awaitable<InvocationResult> Invoker::ResolveKind(std::string function, FunctionKind* kind) {
  InvocationResult result = co_await Probe(std::move(function), kind);
  if (result.outcome != Outcome::kOk && observer_ != nullptr) {
    result.report.outcome = result.outcome;
    result.report.error = result.error;
    observer_->OnInvocation(result.report);
  }
  co_return result;
}

void Invoker::ReportRejected(std::string function, Outcome outcome, InvocationError error, std::string request_id) {
  if (observer_ == nullptr) return;
  InvocationReport report;
  report.request_id = std::move(request_id);
  report.function = std::move(function);
  report.outcome = outcome;
  report.error = std::move(error);
  observer_->OnInvocation(report);
}

}  // namespace hearth
