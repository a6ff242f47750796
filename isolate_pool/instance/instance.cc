#include "isolate_pool/instance/instance.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <optional>

#include "base/strings.h"
#include "isolate_pool/channel/frame.h"
#include "isolate_pool/instance/fork_safety.h"
#include "isolate_pool/instance/interrupt_signal.h"
#include "isolate_pool/instance/memory_limit.h"
#include "isolate_pool/instance/program.h"
#include "isolate_pool/instance/sandbox_policy.h"
#include "isolate_pool/instance/stack_trace.h"
#include "isolate_pool/sandbox/enter.h"
#include "isolate_pool/sandbox/orphans.h"

namespace hearth {
namespace {

// Exit codes of an instance that ends for a reason of hearth's own; the invoker goes by the Ending frame, people see
// these in a process list only.
constexpr int kExitSandbox = 124;
constexpr int kExitLimit = 125;
constexpr int kExitProtocol = 126;

constexpr size_t kReadBytes = 64 << 10;
// Of frames that wait for the end of the loop's turn.
constexpr size_t kMaxQueuedBytes = 256 << 10;
// Until the next look at background work that may settle what waits.
constexpr uint64_t kLookAgainMilliseconds = 25;

// The invoker knows this failure from the function's own by its type, which is AWS's.
constexpr std::string_view kResponseSizeTooLarge = "Function.ResponseSizeTooLarge";

void TakeStandardStreams(const InstanceDescriptors& descriptors) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(descriptors.standard_output, STDOUT_FILENO);
  dup2(descriptors.standard_error, STDERR_FILENO);
  for (int fd : {null, descriptors.standard_output, descriptors.standard_error}) close(fd);
}

// Node blocks SIGUSR1 for the thread of an inspector, which is not here. Ignored until the function listens for it.
void UnblockSignals() {
  signal(SIGUSR1, SIG_IGN);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
}

class Instance final : public RuntimeEvents {
 public:
  Instance(engine::Engine& engine, Runtime& runtime, const sandbox::Plan& plan)
      : engine_(engine), runtime_(runtime), plan_(plan) {}

  [[noreturn]] void Run(const InstanceDescriptors& descriptors) {
    kept_ = descriptors.kept;
    entry_.emplace(plan_, kept_                                             ? sandbox::PidRole::kKept
                          : descriptors.forkable && !plan_.user_namespace() ? sandbox::PidRole::kGuest
                                                                            : sandbox::PidRole::kFirst);
    BeginProcess(descriptors);
    entry_->EnterBase();
    TakePlace(descriptors);
    if (assignment_.has_program()) RunProgram(engine_, runtime_, assignment_, channel_, descriptors_);
    const bool forkable = assignment_.become_template() && !descriptors_.empty();
    policy_ = ToPolicy(assignment_.sandbox());
    ReportSandbox(entry_->EnterFunction(policy_, forkable ? sandbox::Purpose::kTemplate : sandbox::Purpose::kInstance));
    TakeEnvironment();
    // Of the machine's, and perhaps not here.
    for (const char* name : {"TMPDIR", "TMP", "TEMP"}) {
      if (const char* folder = getenv(name); folder != nullptr && access(folder, W_OK) != 0) setenv(name, "/tmp", 1);
    }
    response_limit_bytes_ = assignment_.response_limit_bytes();
    if (assignment_.memory_limit_bytes() > 0) {
      memory_limit_.emplace(engine_.isolate(), assignment_.memory_limit_bytes(),
                            [this](uint64_t used, const std::vector<std::string>& stack) { EndOfMemory(used, stack); });
    }
    runtime_.SetEvents(this);
    node::SetProcessExitHandler(engine_.environment(), [this](node::Environment*, int code) { Exit(code); });
    ListenForInterrupts();
    WatchChannel();
    if (getpid() == 1) ReapOrphans();
    if (forkable) {
      fork_control_ = TakeDescriptor();
      fork_safety_.emplace(engine_.loop());
      engine::Engine::CompileLazily(false);
    }
    runtime_.Assign(assignment_);
    while (true) Turn();
  }

  void OnInitialised(const internal::Initialised& initialised) override {
    if (fork_safety_.has_value() && !initialised.has_failure()) {
      // Decided outside of JavaScript, when the loop returns.
      initialised_ = initialised;
      uv_stop(engine_.loop());
      return;
    }
    Report(initialised);
  }

  void OnResult(const internal::Result& result) override {
    internal::FromInstance message;
    *message.mutable_result() = result;
    if (response_limit_bytes_ > 0 && result.payload().size() > response_limit_bytes_) {
      message.mutable_result()->clear_payload();
      internal::Failure& failure = *message.mutable_result()->mutable_failure();
      failure.set_type(std::string(kResponseSizeTooLarge));
      failure.set_message(StrCat("it has ", result.payload().size(), " bytes"));
    }
    Send(message);
  }

  void OnFetch(internal::FromInstance& message) override {
    AppendFrame(message, &outgoing_);
    // Answers to what arrived together leave together, before the loop waits for more.
    if (outgoing_.size() >= kMaxQueuedBytes) Flush();
  }

  bool Busy() override {
    if (!engine_.platform().workers().Busy()) return false;
    // Nobody tells when it is done.
    uv_timer_start(&look_again_, [](uv_timer_t*) {}, kLookAgainMilliseconds, 0);
    return true;
  }

  void OnUncaughtError(const internal::Failure& failure) override {
    internal::FromInstance message;
    message.mutable_ending()->set_cause(internal::Ending::UNCAUGHT_ERROR);
    *message.mutable_ending()->mutable_failure() = failure;
    Send(message);
    ending_sent_ = true;
  }

 private:
  // The event loop until it has nothing left to do but wait for the invoker; then that wait.
  void Turn() {
    uv_run(engine_.loop(), UV_RUN_DEFAULT);
    if (initialised_.has_value()) BecomeTemplateIfSafe();
    // Once and not until nothing is left: a task that waits for background work posts itself again and again.
    engine_.platform().FlushForegroundTasks(engine_.isolate());
    if (uv_loop_alive(engine_.loop()) != 0 || runtime_.Idle()) return;
    uv_ref(reinterpret_cast<uv_handle_t*>(&poll_));
    uv_run(engine_.loop(), UV_RUN_ONCE);
    uv_unref(reinterpret_cast<uv_handle_t*>(&poll_));
  }

  // This process's first steps, as a fork of the zygote or of a template.
  static void BeginProcess(const InstanceDescriptors& descriptors) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // A session of its own: the terminal's signals are the invoker's business, and the group can be killed as one.
    setsid();
    TakeStandardStreams(descriptors);
    UnblockSignals();
  }

  // Takes its assignment.
  void TakePlace(const InstanceDescriptors& descriptors) {
    if (engine_.AfterFork() != 0) _exit(kExitProtocol);
    channel_ = descriptors.channel;
    decoder_.emplace(kMaxFrameBytes);
    descriptors_.clear();
    TakeAssignment();
    if (!assignment_.become_template()) engine_.MeasureIdleTime();
  }

  void WatchChannel() {
    uv_poll_init(engine_.loop(), &poll_, channel_);
    poll_.data = this;
    uv_poll_start(&poll_, UV_READABLE,
                  [](uv_poll_t* handle, int, int) { static_cast<Instance*>(handle->data)->OnReadable(); });
    uv_unref(reinterpret_cast<uv_handle_t*>(&poll_));
    uv_timer_init(engine_.loop(), &look_again_);
    uv_unref(reinterpret_cast<uv_handle_t*>(&look_again_));
    uv_prepare_init(engine_.loop(), &prepare_);
    prepare_.data = this;
    uv_prepare_start(&prepare_, [](uv_prepare_t* handle) { static_cast<Instance*>(handle->data)->Flush(); });
    uv_unref(reinterpret_cast<uv_handle_t*>(&prepare_));
  }

  void ReapOrphans() {
    uv_check_init(engine_.loop(), &check_);
    check_.data = this;
    uv_check_start(&check_, [](uv_check_t* handle) {
      static_cast<Instance*>(handle->data)->orphans_.Sweep(uv_now(handle->loop));
    });
    uv_unref(reinterpret_cast<uv_handle_t*>(&check_));
  }

  void Report(const internal::Initialised& initialised) {
    internal::FromInstance message;
    *message.mutable_initialised() = initialised;
    Send(message);
  }

  void BecomeTemplateIfSafe() {
    internal::Initialised initialised = *std::exchange(initialised_, std::nullopt);
    engine::Engine::CompileLazily(true);
    // Settles the loop, too.
    engine_.PrepareFork();
    int threads = 1;
    std::string refusal = fork_safety_->Refusal(&threads);
    if (refusal.empty()) refusal = NoForks();
    fork_safety_.reset();
    if (!refusal.empty()) {
      close(fork_control_);
      if (const std::string error = entry_->StayInstance(policy_); !error.empty()) _exit(kExitSandbox);
      // Else it would be taken for the first connection's.
      if (!descriptors_.empty()) {
        close(descriptors_.front());
        descriptors_.pop_front();
      }
      engine_.platform().StartWorkers();
      engine_.MeasureIdleTime();
      initialised.set_template_refusal(refusal);
      return Report(initialised);
    }
    initialised.set_is_template(true);
    Report(initialised);
    runtime_.BecomeTemplate();
    for (uv_handle_t* handle : {reinterpret_cast<uv_handle_t*>(&poll_), reinterpret_cast<uv_handle_t*>(&prepare_),
                                reinterpret_cast<uv_handle_t*>(&look_again_)}) {
      uv_close(handle, nullptr);
    }
    uv_run(engine_.loop(), UV_RUN_NOWAIT);
    // All that may have left something to the background again: it is done here, and last, and not in each fork.
    engine_.PrepareFork();
    close(channel_);
    const bool in_order =
        ServeForks(fork_control_, {.threads = threads}, nullptr, [this](const InstanceDescriptors& descriptors) {
          BeginProcess(descriptors);
          const std::string error = entry_->EnterFork(policy_, descriptors.namespaces);
          TakePlace(descriptors);
          ReportSandbox(error);
          WatchChannel();
          runtime_.Restore(assignment_);
          while (true) Turn();
        });
    _exit(in_order ? 0 : kExitProtocol);
  }

  void TakeAssignment() {
    while (true) {
      if (std::optional<std::string_view> frame = Receive(0)) {
        internal::ToInstance message;
        if (!message.ParseFromArray(frame->data(), static_cast<int>(frame->size())) || !message.has_assignment()) {
          _exit(kExitProtocol);
        }
        assignment_ = std::move(*message.mutable_assignment());
        break;
      }
    }
    // The invoker may have died before the parent-death signal was set. In a pid namespace nobody has a parent outside,
    // and the end of the channel tells.
    if (const pid_t parent = getppid(); parent != 0 && parent != assignment_.invoker_pid()) _exit(kExitProtocol);
  }

  // Why forks of this process would not be what its policy says, whatever its function has done.
  std::string NoForks() const {
    // The kernel lets no process that is its pid namespace's first have siblings (CLONE_PARENT).
    if (getpid() == 1) return "its sandbox has process ids of its own";
    if (policy_.mode == sandbox::Mode::kOff || (!kept_ && policy_.mode != sandbox::Mode::kStrict)) return "";
    if (std::string refusal = entry_->NoForks(); !refusal.empty()) return refusal;
    std::vector<std::string> shown = policy_.readable;
    shown.push_back(plan_.runtime);
    return FilesLeft("/tmp", shown);
  }

  // The last step before any of the function's code runs. `error`: of the sandbox's entry.
  void ReportSandbox(const std::string& error) {
    internal::FromInstance message;
    *message.mutable_sandboxed() = ToMessage(entry_->report());
    Send(message);
    if (error.empty()) return;
    message.mutable_initialised()->mutable_failure()->set_type("Hearth.Sandbox");
    message.mutable_initialised()->mutable_failure()->set_message(error);
    Send(message);
    _exit(kExitSandbox);
  }

  void TakeEnvironment() {
    // Not clearenv(), which leaves a null pointer that libuv would follow.
    static char* empty[] = {nullptr};
    environ = empty;
    for (const auto& [name, value] : assignment_.environment()) setenv(name.c_str(), value.c_str(), 1);
  }

  // The process is about to be killed for a limit; whoever asks wants to know what it was doing. The handler calls what is
  // not meant for handlers: where that goes wrong, the invoker does not wait, and only the stack is lost.
  void ListenForInterrupts() {
    static Instance* self;
    self = this;
    struct sigaction action{};
    action.sa_handler = [](int) { self->engine_.isolate()->RequestInterrupt(&Instance::OnInterrupt, self); };
    action.sa_flags = SA_RESTART;
    sigaction(kInterruptSignal, &action, nullptr);
  }

  static void OnInterrupt(v8::Isolate* isolate, void* data) {
    internal::FromInstance message;
    message.mutable_ending()->set_cause(internal::Ending::INTERRUPTED);
    for (std::string& line : CurrentStack(isolate)) {
      message.mutable_ending()->mutable_failure()->add_stack(std::move(line));
    }
    SendBlocking(static_cast<Instance*>(data)->channel_, EncodeFrame(message));
  }

  void OnReadable() {
    std::optional<std::string_view> frame = Receive(MSG_DONTWAIT);
    while (frame) {
      internal::ToInstance message;
      if (!message.ParseFromArray(frame->data(), static_cast<int>(frame->size()))) _exit(kExitProtocol);
      Handle(message);
      frame = decoder_->Next();
    }
  }

  void Handle(const internal::ToInstance& message) {
    switch (message.body_case()) {
      case internal::ToInstance::kInvocation:
        return runtime_.Invoke(message.invocation());
      case internal::ToInstance::kCancellation:
        return runtime_.Cancel(message.cancellation().id());
      case internal::ToInstance::kFetchRequest:
        return runtime_.Fetch(message.fetch_request());
      case internal::ToInstance::kFetchCancellation:
        return runtime_.CancelFetch(message.fetch_cancellation().id());
      case internal::ToInstance::kFetchCredit:
        return runtime_.CreditFetch(message.fetch_credit().id(), message.fetch_credit().bytes());
      case internal::ToInstance::kConnection: {
        if (descriptors_.empty()) _exit(kExitProtocol);
        return runtime_.Connect(TakeDescriptor());
      }
      default:
        _exit(kExitProtocol);
    }
  }

  int TakeDescriptor() {
    const int fd = descriptors_.front();
    descriptors_.pop_front();
    return fd;
  }

  // Reads once and returns the first whole frame, if there is one. Ends the process when the invoker is gone.
  std::optional<std::string_view> Receive(int flags) {
    if (auto frame = decoder_->Next()) return frame;
    int fds[kMaxFds];
    size_t fd_count = 0;
    const ssize_t size = ReceiveWithFds(channel_, buffer_, flags, fds, &fd_count);
    if (size == 0) _exit(0);
    if (size < 0) {
      if (errno == EAGAIN) return std::nullopt;
      _exit(kExitProtocol);
    }
    for (size_t i = 0; i < fd_count; ++i) descriptors_.push_back(fds[i]);
    decoder_->Append({buffer_.data(), static_cast<size_t>(size)});
    return decoder_->Next();
  }

  void Send(const internal::FromInstance& message) {
    AppendFrame(message, &outgoing_);
    Flush();
  }

  void Flush() {
    if (outgoing_.empty()) return;
    if (!SendBlocking(channel_, outgoing_)) _exit(kExitProtocol);
    outgoing_.clear();
    if (outgoing_.capacity() > 2 * kMaxQueuedBytes) outgoing_.shrink_to_fit();
  }

  [[noreturn]] void Exit(int code) {
    Flush();
    if (!ending_sent_) {
      internal::FromInstance message;
      message.mutable_ending()->set_cause(internal::Ending::PROCESS_EXIT);
      message.mutable_ending()->set_exit_code(code);
      SendBlocking(channel_, EncodeFrame(message));
    }
    _exit(code);
  }

  [[noreturn]] void EndOfMemory(uint64_t used_bytes, const std::vector<std::string>& stack) {
    internal::FromInstance message;
    message.mutable_ending()->set_cause(internal::Ending::MEMORY_LIMIT);
    message.mutable_ending()->set_used_bytes(used_bytes);
    for (const std::string& line : stack) message.mutable_ending()->mutable_failure()->add_stack(line);
    SendBlocking(channel_, EncodeFrame(message));
    _exit(kExitLimit);
  }

  engine::Engine& engine_;
  Runtime& runtime_;
  const sandbox::Plan& plan_;
  std::optional<sandbox::Entry> entry_;
  sandbox::Policy policy_;
  bool kept_ = false;
  int channel_ = -1;
  std::optional<FrameDecoder> decoder_;
  std::deque<int> descriptors_;
  std::array<char, kReadBytes> buffer_;
  internal::Assignment assignment_;
  std::optional<MemoryLimit> memory_limit_;
  std::optional<ForkSafety> fork_safety_;  // while it is to become a template
  std::optional<internal::Initialised> initialised_;
  int fork_control_ = -1;
  std::string outgoing_;  // frames for the end of this turn of the loop
  uv_poll_t poll_{};
  uv_prepare_t prepare_{};
  uv_timer_t look_again_{};
  uv_check_t check_{};
  sandbox::OrphanReaper orphans_;
  uint64_t response_limit_bytes_ = 0;
  bool ending_sent_ = false;
};

}  // namespace

void RunInstance(engine::Engine& engine, Runtime& runtime, const sandbox::Plan& plan,
                 const InstanceDescriptors& descriptors) {
  // Never freed: the process ends with _exit.
  auto* instance = new Instance(engine, runtime, plan);
  instance->Run(descriptors);
}

}  // namespace hearth
