#pragma once

// The real Instance: a process forked by the launcher.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "isolate_pool/channel/frame.h"
#include "isolate_pool/pool/instance.h"
#include "isolate_pool/pool/instance_log.h"
#include "isolate_pool/pool/keeper.h"
#include "isolate_pool/pool/launcher.h"
#include "isolate_pool/pool/memory_watch.h"
#include "isolate_pool/pool/stems.h"
#include "isolate_pool/sandbox/cgroup.h"
#include "isolate_pool/sandbox/layers.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {

// Keeps itself alive from Start until its process is gone and its last output is read.
class ProcessInstance final : public Instance, public std::enable_shared_from_this<ProcessInstance> {
 public:
  // Kept idle connections of the HTTP lane; more are closed.
  static constexpr size_t kMaxIdleConnections = 128;
  // How long an interrupted instance may take to name its stack: as long as it runs, of its own CPU time, so that a busy
  // machine does not take the stack away; and of the clock's at most.
  static constexpr std::chrono::milliseconds kStackGrace{5};
  static constexpr std::chrono::milliseconds kMaxStackGrace{100};

  ProcessInstance(boost::asio::io_context& context, std::shared_ptr<const FunctionSpec> spec, std::string id,
                  LogSink log);
  ~ProcessInstance() override;

  // What became of an attempt to make a template of a starting instance.
  struct TemplateOutcome {
    // The process, if it is one now: it is the receiver's, and this instance has none until it is forked from it.
    std::optional<Launched> process;
    TemplateUsers users;  // of that process; the receiver's, too
    // Else: why it is an instance as any other; empty if it did not even initialise.
    std::string refusal;
  };
  using OnTemplate = std::function<void(TemplateOutcome)>;
  using SandboxObserver = std::function<void(const std::string& function, const sandbox::Report& report)>;

  // Called once when the process has entered its sandbox, before the function's code runs in it.
  void OnSandboxed(SandboxObserver observer) { on_sandboxed_ = std::move(observer); }
  // Not owned. Before the start; else the process is in no control group of its own.
  void UseCgroups(sandbox::Cgroups* cgroups) { cgroups_ = cgroups; }

  // First; then one of those below, at once or later. limits.init counts from here. `ready` as for InstanceFactory.
  void Begin(std::function<void(absl::Status)> ready);
  // Takes the stem if there is one, else launches. If `control` is valid, the process tries to become a template, and
  // `on_template` is called once, later, before `ready` is.
  void StartFresh(std::optional<Stem> stem, Launcher& launcher, ScopedFd control = ScopedFd(),
                  OnTemplate on_template = nullptr);
  // Forks an initialised function. `label` is what start() shall say.
  void StartFrom(Launcher& initialised, StartKind label);

  const std::string& function() const { return spec_->name; }
  const FunctionSpec& spec() const { return *spec_; }

  const std::string& id() const override { return id_; }
  pid_t pid() const override { return pid_; }
  FunctionKind kind() const override { return kind_; }
  StartKind start() const override { return start_; }
  std::chrono::nanoseconds fork_time() const override { return fork_time_; }
  uint64_t Invoke(const Event& event, std::function<void(EventResult)> callback) override;
  void Cancel(uint64_t event) override;
  uint64_t Fetch(const FetchCall& call, std::shared_ptr<FetchListener> listener) override;
  void CancelFetch(uint64_t call) override;
  void CreditFetch(uint64_t call, uint64_t bytes) override;
  absl::StatusOr<Connection> Connect() override;
  void Keep(Connection connection) override;
  void BeginRequest(const std::string& request_id, uint64_t log_limit_bytes) override;
  std::string EndRequest(const std::string& request_id, bool logged) override;
  std::chrono::nanoseconds CpuTime() const override;
  std::chrono::nanoseconds RecentCpuTime() const override;
  std::chrono::nanoseconds TreeCpuTime() const override;
  uint64_t PeakMemoryBytes() const override;
  uint64_t ResidentBytes() const override;
  void Freeze() override;
  void Thaw() override;
  void Interrupt(ExitCause cause) override;
  void Kill(ExitCause cause) override;
  const ExitCause& exit_cause() const override { return exit_cause_; }
  uint64_t OnExit(std::function<void()> callback) override;
  void RemoveOnExit(uint64_t id) override { on_exit_.Remove(id); }

 private:
  struct Outgoing {
    std::string bytes;
    size_t sent = 0;
    ScopedFd fd;
  };

  internal::ToInstance MakeAssignment(bool become_template);
  // Launches with new wires. A launcher that loses the process it forks from is asked once more.
  void LaunchFrom(Launcher& launcher, bool again);
  void FailLaunch(const absl::Status& status);
  void FinishLater();
  void Adopt(Wires wires);
  void OnLaunched(Launched launched);
  void TimeFork();
  void EnterCgroup();
  void BecomeTemplate();
  void ReportTemplate(TemplateOutcome outcome);
  void Send(internal::ToInstance message, ScopedFd fd = ScopedFd());
  // Behind what waits already, and together with it, once the core has done what it has to do by now.
  void SendSoon(const internal::ToInstance& message);
  void FlushOutgoing();
  void ReadChannel();
  void DrainChannel();
  void OnFrame(std::string_view frame);
  void OnSandboxed(const internal::Sandboxed& sandboxed);
  void OnInitialised(const internal::Initialised& initialised);
  void OnResult(internal::Result& result);
  void OnFetchResponse(internal::FetchResponse& response);
  void OnFetchChunk(internal::FetchChunk& chunk);
  void OnEnding(const internal::Ending& ending);
  void AwaitStack();
  void WaitForExit();
  void OnProcessExit();
  void Finish();
  LimitBreach MemoryBreach(uint64_t used) const;
  void SetCause(ExitCause cause);
  bool Working() const { return log_.has_requests() || on_ready_ != nullptr; }
  void BreakProtocol(const char* how);
  void OnHangUp();
  void OnMemoryBreach(uint64_t used);
  void ReportReady(absl::Status status);

  boost::asio::io_context& context_;
  const std::shared_ptr<const FunctionSpec> spec_;
  const std::string id_;

  pid_t pid_ = -1;
  std::shared_ptr<Keeper> keeper_;   // Launched::keeper
  std::shared_ptr<void> fork_user_;  // Launched::user
  clockid_t cpu_clock_ = 0;
  mutable std::chrono::steady_clock::time_point recent_cpu_at_;
  mutable std::chrono::nanoseconds recent_cpu_{};
  bool reaped_ = false;
  bool frozen_ = false;
  bool interrupted_ = false;
  std::chrono::nanoseconds interrupted_cpu_{};  // CpuTime() and the clock then
  std::chrono::steady_clock::time_point interrupted_at_;
  FunctionKind kind_;
  boost::asio::posix::stream_descriptor pidfd_;
  boost::asio::posix::stream_descriptor channel_;
  boost::asio::steady_timer init_timer_;
  boost::asio::steady_timer interrupt_timer_;
  FrameDecoder decoder_;
  std::deque<Outgoing> outgoing_;
  bool writing_ = false;
  bool flush_posted_ = false;
  internal::ToInstance fetch_message_;    // to be filled again and again
  internal::FromInstance from_instance_;  // likewise
  InstanceLog log_;
  MemoryWatch memory_watch_;

  StartKind start_ = StartKind::kZygote;
  std::chrono::steady_clock::time_point begun_at_;
  std::chrono::nanoseconds fork_time_{};
  bool fork_timed_ = false;  // its first sandbox was entered
  std::function<void(absl::Status)> on_ready_;
  SandboxObserver on_sandboxed_;
  TemplateUsers users_;  // of sandbox::UserIds, while the process lives
  sandbox::Cgroups* cgroups_ = nullptr;
  std::string cgroup_;  // the name of its group, while there is one
  std::string cgroup_error_ = "control groups are not used here";
  bool sandboxed_ = false;   // the report is here
  bool namespaced_ = false;  // it is the first process of its pid namespace
  OnTemplate on_template_;
  uint64_t next_event_ = 1;
  std::map<uint64_t, std::function<void(EventResult)>> events_;
  std::set<uint64_t> cancelled_events_;  // whose results may still come
  struct PendingFetch {
    std::shared_ptr<FetchListener> listener;  // null: cancelled
    bool head_seen = false;
    uint64_t received = 0;  // bytes of the body
    uint64_t credited = 0;
  };
  std::unordered_map<uint64_t, PendingFetch> fetches_;
  std::vector<Connection> idle_connections_;

  ExitCause pending_cause_;  // why it is about to end; becomes exit_cause_ when it has
  ExitCause exit_cause_;
  uint64_t last_peak_memory_ = 0;
  ExitCallbacks on_exit_;
};

}  // namespace hearth
