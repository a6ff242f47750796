#include "isolate_pool/pool/process_instance.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "base/units.h"
#include "isolate_pool/channel/fetch_window.h"
#include "isolate_pool/instance/interrupt_signal.h"
#include "isolate_pool/pool/process_statistics.h"
#include "isolate_pool/sandbox/user_ids.h"

namespace hearth {
namespace {

// What a result's envelope may add to its payload: error text and stack.
constexpr uint64_t kEnvelopeBytes = 1 << 20;
constexpr size_t kReadBytes = 64 << 10;
// What an instance may send of a body before it has credit for it: its window, and a frame or two on top.
constexpr uint64_t kMaxFetchAhead = 2 * kFetchWindow;
constexpr int kReadsAtOnce = 16;
// Exit codes above it name a signal.
constexpr int kSignalExit = 128;

Failure ToFailure(const internal::Failure& failure) {
  return {failure.type(), failure.message(), {failure.stack().begin(), failure.stack().end()}, failure.frame()};
}

// Used amounts are rounded; a limit is shown as it was configured.
std::string RoundToMegabytes(uint64_t bytes) { return FormatSize((bytes + kMegabyte / 2) / kMegabyte * kMegabyte); }

}  // namespace

ProcessInstance::ProcessInstance(boost::asio::io_context& context, std::shared_ptr<const FunctionSpec> spec,
                                 std::string id, LogSink log)
    : context_(context),
      spec_(std::move(spec)),
      id_(std::move(id)),
      kind_(spec_->kind),
      pidfd_(context),
      channel_(context),
      init_timer_(context),
      interrupt_timer_(context),
      decoder_(ResponseLimit(spec_->limits, FunctionKind::kLambda) + kEnvelopeBytes),
      log_(context, spec_->name, id_, spec_->limits.log_bytes, std::move(log)),
      memory_watch_(
          context, spec_->limits.memory_bytes, [this] { return Working(); },
          [this](uint64_t used) { OnMemoryBreach(used); }) {}

ProcessInstance::~ProcessInstance() = default;

void ProcessInstance::Begin(std::function<void(absl::Status)> ready) {
  on_ready_ = std::move(ready);
  begun_at_ = std::chrono::steady_clock::now();
  init_timer_.expires_after(spec_->limits.init);
  init_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    ExitCause cause{.kind = ExitCause::Kind::kInitTimeout};
    cause.failure.type = "Hearth.InitTimeout";
    cause.failure.message =
        StrCat("the function did not initialise within limits.init = ", FormatDuration(self->spec_->limits.init));
    cause.limit = {"limits.init", FormatDuration(self->spec_->limits.init), ""};
    self->Interrupt(std::move(cause));
  });
}

void ProcessInstance::StartFresh(std::optional<Stem> stem, Launcher& launcher, ScopedFd control,
                                 OnTemplate on_template) {
  start_ = stem.has_value() ? StartKind::kStem : StartKind::kZygote;
  on_template_ = std::move(on_template);
  // Killed while it waited for its turn.
  if (!stem.has_value() && pending_cause_.kind != ExitCause::Kind::kRunning) return FinishLater();
  // Kept in order on the channel: it is read once the process runs.
  users_.user = sandbox::InstanceUsers().Take();
  if (on_template_ != nullptr) users_.owner = sandbox::InstanceUsers().Take();
  Send(MakeAssignment(on_template_ != nullptr), std::move(control));
  if (!stem.has_value()) return LaunchFrom(launcher, true);
  Adopt(std::move(stem->wires));
  OnLaunched(std::move(stem->process));
  FlushOutgoing();
}

void ProcessInstance::StartFrom(Launcher& initialised, StartKind label) {
  start_ = label;
  if (pending_cause_.kind != ExitCause::Kind::kRunning) return FinishLater();
  Send(MakeAssignment(false));
  LaunchFrom(initialised, false);
}

void ProcessInstance::LaunchFrom(Launcher& launcher, bool again) {
  const auto wires = std::make_shared<Wires>();
  LaunchDescriptors descriptors;
  if (absl::Status status = MakeWires(wires.get(), &descriptors); !status.ok()) return FailLaunch(status);
  descriptors.forkable = on_template_ != nullptr;
  launcher.Launch(std::move(descriptors),
                  [self = shared_from_this(), wires, &launcher, again](absl::StatusOr<Launched> launched) {
                    if (launched.ok()) {
                      self->Adopt(std::move(*wires));
                      self->OnLaunched(*std::move(launched));
                      self->FlushOutgoing();
                    } else if (again && absl::IsUnavailable(launched.status()) &&
                               self->pending_cause_.kind == ExitCause::Kind::kRunning) {
                      self->LaunchFrom(launcher, false);
                    } else {
                      self->FailLaunch(launched.status());
                    }
                  });
}

void ProcessInstance::FailLaunch(const absl::Status& status) {
  ExitCause cause{.kind = ExitCause::Kind::kLaunchFailed};
  cause.failure = {"Hearth.LaunchFailed", std::string(status.message()), {}, {}};
  SetCause(std::move(cause));
  FinishLater();
}

void ProcessInstance::FinishLater() {
  boost::asio::post(context_, [self = shared_from_this()] { self->Finish(); });
}

void ProcessInstance::Adopt(Wires wires) {
  channel_.assign(wires.channel.Release());
  log_.Open(std::move(wires.standard_output), std::move(wires.standard_error));
}

internal::ToInstance ProcessInstance::MakeAssignment(bool become_template) {
  internal::ToInstance message;
  internal::Assignment& assignment = *message.mutable_assignment();
  assignment.set_instance(id_);
  assignment.set_function(spec_->name);
  assignment.set_kind(std::string(KindName(spec_->kind)));
  assignment.set_directory(spec_->directory);
  assignment.set_entry(spec_->entry);
  assignment.set_handler(spec_->handler);
  for (const auto& [name, value] : spec_->environment) (*assignment.mutable_environment())[name] = value;
  assignment.set_memory_limit_bytes(spec_->limits.memory_bytes);
  assignment.set_response_limit_bytes(ResponseLimit(spec_->limits, FunctionKind::kLambda));
  const auto port = spec_->environment.find("PORT");
  assignment.set_port(port == spec_->environment.end() ? 0 : static_cast<uint32_t>(std::atoi(port->second.c_str())));
  assignment.set_invoker_pid(getpid());
  assignment.set_become_template(become_template);
  internal::SandboxPolicy& policy = *assignment.mutable_sandbox();
  policy.set_mode(std::string(sandbox::ModeName(spec_->sandbox.mode)));
  policy.set_egress(std::string(sandbox::EgressName(spec_->sandbox.egress)));
  for (const std::string& path : spec_->sandbox.readable) policy.add_readable(path);
  if (spec_->sandbox.readable.empty()) policy.add_readable(spec_->directory);
  policy.set_tmp_bytes(spec_->sandbox.tmp_bytes);
  policy.set_processes(spec_->sandbox.processes);
  policy.set_descriptors(spec_->sandbox.descriptors);
  policy.set_user(users_.user);
  policy.set_owner(users_.owner);
  return message;
}

void ProcessInstance::OnLaunched(Launched launched) {
  pid_ = launched.pid;
  TimeFork();
  keeper_ = std::move(launched.keeper);
  fork_user_ = std::move(launched.user);
  cpu_clock_ = ProcessCpuClock(pid_);
  pidfd_.assign(launched.pidfd.Release());
  EnterCgroup();
  WaitForExit();
  ReadChannel();
  log_.Read(shared_from_this());
  memory_watch_.Start(pid_, weak_from_this());
  // Killed while it was being launched.
  if (pending_cause_.kind != ExitCause::Kind::kRunning) Kill(pending_cause_);
}

// Again when it is in its sandbox. What it is forked from afterwards, having become a template, is initialisation.
void ProcessInstance::TimeFork() {
  if (!fork_timed_) fork_time_ = std::chrono::steady_clock::now() - begun_at_;
}

// Before the assignment is sent, so that all that the function ever does is counted.
void ProcessInstance::EnterCgroup() {
  if (cgroups_ == nullptr || spec_->sandbox.mode == sandbox::Mode::kOff) return;
  // A template and the first instance of it have the same id.
  const std::string name = on_template_ ? StrCat(id_, "-template") : id_;
  const sandbox::Cgroups::Limits limits{.memory_bytes = spec_->limits.memory_bytes + spec_->sandbox.tmp_bytes,
                                        .processes = spec_->sandbox.processes};
  cgroup_error_ = cgroups_->Add(name, pid_, limits);
  if (cgroup_error_.empty()) cgroup_ = name;
}

// The process goes to whoever keeps templates; a fork of it will be this instance.
void ProcessInstance::BecomeTemplate() {
  log_.Finish();
  log_.Close();
  channel_.close();
  memory_watch_.Stop();
  TemplateOutcome outcome;
  // The report on the fork's sandbox is to come.
  sandboxed_ = false;
  outcome.users = std::exchange(users_, {});
  if (!cgroup_.empty()) cgroups_->Abandon(std::exchange(cgroup_, ""));
  outcome.process = Launched{std::exchange(pid_, -1), ScopedFd(pidfd_.release()), std::move(keeper_), nullptr};
  ReportTemplate(std::move(outcome));
}

void ProcessInstance::ReportTemplate(TemplateOutcome outcome) {
  if (const auto report = std::exchange(on_template_, nullptr)) report(std::move(outcome));
}

void ProcessInstance::Send(internal::ToInstance message, ScopedFd fd) {
  outgoing_.push_back({EncodeFrame(message), 0, std::move(fd)});
  if (!writing_) FlushOutgoing();
}

void ProcessInstance::SendSoon(const internal::ToInstance& message) {
  if (outgoing_.empty() || outgoing_.back().fd.valid()) outgoing_.emplace_back();
  AppendFrame(message, &outgoing_.back().bytes);
  if (writing_ || std::exchange(flush_posted_, true)) return;
  boost::asio::post(context_, [self = shared_from_this()] {
    self->flush_posted_ = false;
    if (!self->writing_) self->FlushOutgoing();
  });
}

void ProcessInstance::FlushOutgoing() {
  while (!outgoing_.empty() && channel_.is_open()) {
    Outgoing& next = outgoing_.front();
    iovec part{next.bytes.data() + next.sent, next.bytes.size() - next.sent};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    if (next.fd.valid()) {
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof(int));
      const int fd = next.fd.get();
      std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    const ssize_t sent = sendmsg(channel_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return;  // it is gone; the exit says why
      writing_ = true;
      channel_.async_wait(channel_.wait_write, [self = shared_from_this()](boost::system::error_code error) {
        self->writing_ = false;
        if (!error) self->FlushOutgoing();
      });
      return;
    }
    next.fd.Reset();
    next.sent += static_cast<size_t>(sent);
    if (next.sent == next.bytes.size()) outgoing_.pop_front();
  }
}

void ProcessInstance::ReadChannel() {
  channel_.async_wait(channel_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    self->DrainChannel();
  });
}

void ProcessInstance::DrainChannel() {
  static char buffer[kReadBytes];
  // Bounded, so that an instance that floods its channel cannot keep the core busy.
  for (int turn = 0; channel_.is_open(); ++turn) {
    if (turn == kReadsAtOnce && !reaped_) return ReadChannel();
    // recv, not recvmsg: descriptors that an instance might send are dropped by the kernel.
    const ssize_t size = recv(channel_.native_handle(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return reaped_ ? void() : ReadChannel();
    if (size <= 0) return OnHangUp();
    decoder_.Append({buffer, static_cast<size_t>(size)});
    while (auto frame = decoder_.Next()) {
      OnFrame(*frame);
      if (pending_cause_.kind == ExitCause::Kind::kProtocol) return;
    }
    if (decoder_.failed()) return BreakProtocol("a frame longer than limits.response allows");
    if (static_cast<size_t>(size) < sizeof buffer && !reaped_) return ReadChannel();
  }
}

void ProcessInstance::BreakProtocol(const char* how) {
  ExitCause cause{.kind = ExitCause::Kind::kProtocol};
  cause.failure = {"Hearth.Protocol", how, {}, {}};
  Kill(std::move(cause));
}

// Its end is closed: it is ending, and its exit says why; or it has closed it on purpose.
void ProcessInstance::OnHangUp() {
  if (!reaped_ && pid_ > 0 && !IsExiting(pid_)) BreakProtocol("it closed its channel");
}

void ProcessInstance::OnFrame(std::string_view frame) {
  internal::FromInstance& message = from_instance_;
  if (!message.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
    return BreakProtocol("a frame that cannot be read");
  }
  switch (message.body_case()) {
    case internal::FromInstance::kInitialised:
      return OnInitialised(message.initialised());
    case internal::FromInstance::kSandboxed:
      return OnSandboxed(message.sandboxed());
    case internal::FromInstance::kEnding:
      return OnEnding(message.ending());
    case internal::FromInstance::kResult:
      return OnResult(*message.mutable_result());
    case internal::FromInstance::kFetchResponse:
      return OnFetchResponse(*message.mutable_fetch_response());
    case internal::FromInstance::kFetchChunk:
      return OnFetchChunk(*message.mutable_fetch_chunk());
    default:
      return BreakProtocol("a frame of no known kind");
  }
}

void ProcessInstance::OnResult(internal::Result& message) {
  const auto event = events_.find(message.id());
  if (event == events_.end()) {
    if (cancelled_events_.erase(message.id()) == 0) BreakProtocol("a result that nobody asked for");
    return;
  }
  const auto callback = std::move(event->second);
  events_.erase(event);
  EventResult result;
  result.ok = !message.has_failure();
  result.payload = std::move(*message.mutable_payload());
  if (!result.ok) result.failure = ToFailure(message.failure());
  callback(std::move(result));
}

void ProcessInstance::OnFetchResponse(internal::FetchResponse& response) {
  const auto found = fetches_.find(response.id());
  if (found == fetches_.end() || found->second.head_seen) return BreakProtocol("a response that nobody asked for");
  if (response.headers_size() % 2 != 0) return BreakProtocol("a response with a header that has no value");
  PendingFetch& fetch = found->second;
  const auto listener = fetch.listener;
  const bool more = response.more() && !response.has_failure();
  fetch.head_seen = true;
  if (!more) fetches_.erase(found);
  if (listener == nullptr) return;
  FetchHead head{.status = response.status(), .more = more, .logged = response.logged()};
  if (response.has_failure()) {
    head.failure = ToFailure(response.failure());
  } else {
    head.reason = std::move(*response.mutable_reason());
    head.body = std::move(*response.mutable_body());
    head.headers.reserve(static_cast<size_t>(response.headers_size()) / 2);
    for (int i = 0; i < response.headers_size(); i += 2) {
      head.headers.emplace_back(std::move(*response.mutable_headers(i)), std::move(*response.mutable_headers(i + 1)));
    }
  }
  listener->OnHead(std::move(head));
}

void ProcessInstance::OnFetchChunk(internal::FetchChunk& chunk) {
  const auto found = fetches_.find(chunk.id());
  if (found == fetches_.end() || !found->second.head_seen) return BreakProtocol("a piece of no response");
  PendingFetch& fetch = found->second;
  const auto listener = fetch.listener;
  fetch.received += chunk.body().size();
  if (fetch.received > fetch.credited + kMaxFetchAhead) return BreakProtocol("a response that waits for nobody");
  if (chunk.last()) fetches_.erase(found);
  if (listener != nullptr) listener->OnPiece(std::move(*chunk.mutable_body()), chunk.last(), chunk.broken());
}

// Before any of the function's code: what comes later does not count.
void ProcessInstance::OnSandboxed(const internal::Sandboxed& sandboxed) {
  if (on_ready_ == nullptr || std::exchange(sandboxed_, true)) return;
  TimeFork();
  fork_timed_ = true;
  sandbox::Report report;
  for (const internal::Sandboxed::Layer& layer : sandboxed.layers()) {
    if (layer.layer() >= sandbox::kLayerCount || layer.state() >= sandbox::kLayerStateCount) continue;
    report.Set(static_cast<sandbox::Layer>(layer.layer()), static_cast<sandbox::LayerState>(layer.state()),
               layer.reason());
  }
  // A restriction stands where there is no namespace.
  namespaced_ = report.Holds(sandbox::Layer::kPid) && report[sandbox::Layer::kPid].reason.empty();
  if (!cgroup_.empty()) {
    report.Applied(sandbox::Layer::kCgroup);
  } else if (spec_->sandbox.mode != sandbox::Mode::kOff) {
    report.Unavailable(sandbox::Layer::kCgroup, cgroup_error_);
  }
  if (on_sandboxed_) on_sandboxed_(spec_->name, report);
}

void ProcessInstance::OnInitialised(const internal::Initialised& initialised) {
  if (on_ready_ == nullptr) return BreakProtocol("it initialised twice");
  if (initialised.is_template() && on_template_ != nullptr) return BecomeTemplate();
  ReportTemplate({.process = std::nullopt, .refusal = initialised.template_refusal()});
  init_timer_.cancel();
  const auto kind = ParseKind(initialised.kind());
  if (!initialised.has_failure() && kind.has_value()) {
    kind_ = *kind;
    ReportReady(absl::OkStatus());
    return;
  }
  ExitCause cause{.kind = ExitCause::Kind::kInitFailed};
  cause.failure = ToFailure(initialised.failure());
  Kill(std::move(cause));
}

void ProcessInstance::OnEnding(const internal::Ending& ending) {
  ExitCause cause;
  cause.code = ending.exit_code();
  cause.used_bytes = ending.used_bytes();
  cause.failure = ToFailure(ending.failure());
  switch (ending.cause()) {
    case internal::Ending::PROCESS_EXIT:
      cause.kind = ExitCause::Kind::kProcessExit;
      break;
    case internal::Ending::UNCAUGHT_ERROR:
      cause.kind = ExitCause::Kind::kUncaughtError;
      break;
    case internal::Ending::MEMORY_LIMIT:
      cause.kind = ExitCause::Kind::kMemoryLimit;
      cause.failure.type = "Hearth.MemoryExceeded";
      cause.failure.message = StrCat("limits.memory = ", FormatSize(spec_->limits.memory_bytes),
                                     " exceeded: the JavaScript heap reached ", RoundToMegabytes(ending.used_bytes()));
      cause.limit = MemoryBreach(ending.used_bytes());
      break;
    case internal::Ending::INTERRUPTED:
      // The cause is known; this is its stack.
      if (interrupted_) pending_cause_.failure.stack = std::move(cause.failure.stack);
      return Kill(pending_cause_);
    default:
      return;
  }
  SetCause(std::move(cause));
}

void ProcessInstance::BeginRequest(const std::string& request_id, uint64_t log_limit_bytes) {
  const bool worked = Working();
  log_.BeginRequest(request_id, log_limit_bytes);
  if (!worked) memory_watch_.Hurry();
}

std::string ProcessInstance::EndRequest(const std::string& request_id, bool logged) {
  return log_.EndRequest(request_id, logged);
}

uint64_t ProcessInstance::Invoke(const Event& event, std::function<void(EventResult)> callback) {
  const uint64_t id = next_event_++;
  events_.emplace(id, std::move(callback));
  internal::ToInstance message;
  internal::Invocation& invocation = *message.mutable_invocation();
  invocation.set_id(id);
  invocation.set_request_id(event.request_id);
  invocation.set_payload(event.payload);
  invocation.set_deadline_ms(
      std::chrono::duration_cast<std::chrono::milliseconds>(event.deadline.time_since_epoch()).count());
  invocation.set_function_arn(event.function_arn);
  invocation.set_client_context(event.client_context);
  Send(std::move(message));
  return id;
}

void ProcessInstance::Cancel(uint64_t event) {
  if (events_.erase(event) == 0) return;
  cancelled_events_.insert(event);
  internal::ToInstance message;
  message.mutable_cancellation()->set_id(event);
  Send(std::move(message));
}

uint64_t ProcessInstance::Fetch(const FetchCall& call, std::shared_ptr<FetchListener> listener) {
  const uint64_t id = next_event_++;
  fetches_[id].listener = std::move(listener);
  fetch_message_.Clear();
  internal::FetchRequest& request = *fetch_message_.mutable_fetch_request();
  request.set_id(id);
  request.set_request_id(call.request_id.data(), call.request_id.size());
  request.set_method(call.method.data(), call.method.size());
  request.set_target(call.target.data(), call.target.size());
  for (const auto& [name, value] : call.headers) {
    request.add_headers(name);
    request.add_headers(value);
  }
  request.set_body(call.body.data(), call.body.size());
  SendSoon(fetch_message_);
  return id;
}

void ProcessInstance::CancelFetch(uint64_t call) {
  const auto found = fetches_.find(call);
  if (found == fetches_.end()) return;
  // What is on its way is still to be told from what nobody asked for.
  found->second.listener = nullptr;
  found->second.credited = std::numeric_limits<uint64_t>::max() / 2;
  fetch_message_.Clear();
  fetch_message_.mutable_fetch_cancellation()->set_id(call);
  SendSoon(fetch_message_);
}

void ProcessInstance::CreditFetch(uint64_t call, uint64_t bytes) {
  const auto found = fetches_.find(call);
  if (found == fetches_.end()) return;
  found->second.credited = bytes;
  fetch_message_.Clear();
  fetch_message_.mutable_fetch_credit()->set_id(call);
  fetch_message_.mutable_fetch_credit()->set_bytes(bytes);
  SendSoon(fetch_message_);
}

absl::StatusOr<Instance::Connection> ProcessInstance::Connect() {
  while (!idle_connections_.empty()) {
    Connection connection = std::move(idle_connections_.back());
    idle_connections_.pop_back();
    // The function's server may have closed it; anything to read between two requests is no good either.
    char byte;
    const ssize_t size = recv(connection.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return connection;
  }
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
    return absl::ResourceExhaustedError(StrCat("socketpair: ", std::strerror(errno)));
  }
  internal::ToInstance message;
  message.mutable_connection();
  Send(std::move(message), ScopedFd(pair[1]));
  return Connection(context_, boost::asio::local::stream_protocol(), pair[0]);
}

void ProcessInstance::Keep(Connection connection) {
  if (idle_connections_.size() < kMaxIdleConnections && exit_cause_.kind == ExitCause::Kind::kRunning) {
    idle_connections_.push_back(std::move(connection));
  }
}

std::chrono::nanoseconds ProcessInstance::CpuTime() const {
  return reaped_ || pid_ < 0 ? std::chrono::nanoseconds(0) : ReadCpuClock(cpu_clock_);
}

std::chrono::nanoseconds ProcessInstance::RecentCpuTime() const {
  const auto now = std::chrono::steady_clock::now();
  if (now - recent_cpu_at_ >= std::chrono::milliseconds(1)) {
    recent_cpu_at_ = now;
    recent_cpu_ = CpuTime();
  }
  return recent_cpu_;
}

uint64_t ProcessInstance::PeakMemoryBytes() const {
  return reaped_ || pid_ < 0 ? last_peak_memory_ : ReadPeakMemory(pid_);
}

std::chrono::nanoseconds ProcessInstance::TreeCpuTime() const {
  if (reaped_ || pid_ < 0) return {};
  std::chrono::nanoseconds sum = CpuTime() + ReadEndedChildrenCpu(pid_);
  for (const pid_t child : Descendants(pid_)) sum += ReadCpuClock(ProcessCpuClock(child)) + ReadEndedChildrenCpu(child);
  return sum;
}

uint64_t ProcessInstance::ResidentBytes() const { return reaped_ || pid_ < 0 ? 0 : ReadResidentMemory(pid_); }

void ProcessInstance::OnMemoryBreach(uint64_t used) {
  ExitCause cause{.kind = ExitCause::Kind::kMemoryLimit, .used_bytes = used};
  cause.failure = {"Hearth.MemoryExceeded",
                   StrCat("limits.memory = ", FormatSize(spec_->limits.memory_bytes), " exceeded: the instance used ",
                          RoundToMegabytes(used)),
                   {},
                   {}};
  cause.limit = MemoryBreach(used);
  Kill(std::move(cause));
}

// `used`: 0 if it is not known.
LimitBreach ProcessInstance::MemoryBreach(uint64_t used) const {
  return {"limits.memory", FormatSize(spec_->limits.memory_bytes), used == 0 ? "" : RoundToMegabytes(used)};
}

void ProcessInstance::SetCause(ExitCause cause) {
  if (pending_cause_.kind == ExitCause::Kind::kRunning) pending_cause_ = std::move(cause);
}

void ProcessInstance::Kill(ExitCause cause) {
  SetCause(std::move(cause));
  if (pid_ <= 0 || reaped_) return;
  last_peak_memory_ = std::max(last_peak_memory_, ReadPeakMemory(pid_));
  // Not reaped, so the pid is still its own; the group is the instance's session (instance.cc).
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
}

void ProcessInstance::Freeze() {
  if (pid_ <= 0 || reaped_ || std::exchange(frozen_, true)) return;
  kill(-pid_, SIGSTOP);
}

void ProcessInstance::Thaw() {
  if (pid_ <= 0 || reaped_ || !std::exchange(frozen_, false)) return;
  kill(-pid_, SIGCONT);
}

void ProcessInstance::Interrupt(ExitCause cause) {
  if (pending_cause_.kind != ExitCause::Kind::kRunning || pid_ <= 0 || reaped_) return Kill(std::move(cause));
  SetCause(std::move(cause));
  interrupted_ = true;
  // To its main thread, whose id is the process's: that is where the function's JavaScript runs.
  syscall(SYS_tgkill, pid_, pid_, kInterruptSignal);
  interrupted_cpu_ = CpuTime();
  interrupted_at_ = std::chrono::steady_clock::now();
  AwaitStack();
}

void ProcessInstance::AwaitStack() {
  interrupt_timer_.expires_after(kStackGrace);
  interrupt_timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    const bool waits_for_a_processor = self->CpuTime() - self->interrupted_cpu_ < kStackGrace &&
                                       std::chrono::steady_clock::now() - self->interrupted_at_ < kMaxStackGrace &&
                                       IsRunnable(self->pid_);
    if (waits_for_a_processor) return self->AwaitStack();
    self->Kill(self->pending_cause_);
  });
}

void ProcessInstance::WaitForExit() {
  pidfd_.async_wait(pidfd_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->OnProcessExit();
  });
}

void ProcessInstance::OnProcessExit() {
  // Its last words are still in the socket and in the pipes.
  DrainChannel();
  // What it started and left behind in its process group.
  kill(-pid_, SIGKILL);
  siginfo_t info{};
  waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &info, WEXITED);
  reaped_ = true;
  // The first process of a pid namespace cannot be ended by a signal of its own; it exits as a shell would say it
  // (isolate_pool/engine/own_signals.cc).
  if (namespaced_ && info.si_code == CLD_EXITED && info.si_status > kSignalExit) {
    SetCause({.kind = ExitCause::Kind::kSignalled, .signal = info.si_status - kSignalExit});
  } else if (info.si_status == SIGKILL && !cgroup_.empty() && cgroups_->KilledForMemory(cgroup_)) {
    ExitCause cause{.kind = ExitCause::Kind::kMemoryLimit, .used_bytes = spec_->limits.memory_bytes};
    cause.failure = {"Hearth.MemoryExceeded",
                     StrCat("limits.memory = ", FormatSize(spec_->limits.memory_bytes),
                            " exceeded: the kernel stopped the instance"),
                     {},
                     {}};
    cause.limit = MemoryBreach(0);
    SetCause(std::move(cause));
  } else if (info.si_code == CLD_EXITED) {
    SetCause({.kind = ExitCause::Kind::kExited, .code = info.si_status});
  } else {
    SetCause({.kind = ExitCause::Kind::kSignalled, .signal = info.si_status});
  }
  log_.Finish();
  Finish();
}

void ProcessInstance::Finish() {
  reaped_ = true;
  for (uint32_t* user : {&users_.user, &users_.owner}) sandbox::InstanceUsers().Release(std::exchange(*user, 0));
  fork_user_.reset();
  keeper_.reset();
  if (!cgroup_.empty()) cgroups_->Remove(std::exchange(cgroup_, ""));
  exit_cause_ = pending_cause_;
  init_timer_.cancel();
  memory_watch_.Stop();
  interrupt_timer_.cancel();
  boost::system::error_code ignored;
  pidfd_.close(ignored);
  channel_.close(ignored);
  log_.Close();
  outgoing_.clear();
  idle_connections_.clear();
  events_.clear();
  fetches_.clear();
  const auto self = shared_from_this();
  ReportTemplate({});
  ReportReady(absl::AbortedError(Describe(exit_cause_)));
  on_exit_.Run();
}

uint64_t ProcessInstance::OnExit(std::function<void()> callback) {
  if (exit_cause_.kind == ExitCause::Kind::kRunning) return on_exit_.Add(std::move(callback));
  boost::asio::post(context_, std::move(callback));
  return 0;
}

void ProcessInstance::ReportReady(absl::Status status) {
  if (auto ready = std::exchange(on_ready_, nullptr)) ready(std::move(status));
}

}  // namespace hearth
