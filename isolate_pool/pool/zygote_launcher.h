#pragma once

// Keeps a zygote to fork from: replaces one that died, with back-off, and one that has served long enough, unnoticed.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "absl/status/status.h"
#include "isolate_pool/pool/launcher.h"
#include "isolate_pool/pool/zygote_process.h"

namespace hearth {

// All forks of a zygote share its address layout, so that one that leaks an address knows it for all of them: a zygote
// is replaced after so many forks or so long.
struct ZygoteRotation {
  uint64_t forks = 10'000;                                // 0: never
  std::chrono::milliseconds age = std::chrono::hours(1);  // 0: never
};

// Core's thread only; see ZygoteProcess.
class ZygoteLauncher final : public Launcher {
 public:
  // A zygote that ends is started again after the first delay, doubled each time up to the last; one that lived for
  // kHealthy starts over.
  static constexpr std::chrono::milliseconds kFirstRetry{100};
  static constexpr std::chrono::milliseconds kLastRetry{10'000};
  static constexpr std::chrono::milliseconds kHealthy{60'000};

  enum class Event {
    kReplaced,  // rotation, or a restart after a loss: there is a new zygote
    kLost,      // it died; a new one is on its way
  };

  ZygoteLauncher(boost::asio::io_context& context, ZygoteRotation rotation);
  ~ZygoteLauncher() override;

  // Starts the first zygote. `ready` is called once: when it can fork, or with the reason why it cannot.
  void Start(const EnginePaths& paths, std::function<void(absl::Status)> ready);
  // `status` is Ok for kReplaced.
  void OnEvent(std::function<void(Event, const absl::Status& status)> callback) { on_event_ = std::move(callback); }
  void Stop();

  const ZygoteInfo& info() const { return info_; }
  // -1 while there is none.
  pid_t pid() const { return current_ == nullptr ? -1 : current_->pid(); }
  // Zygotes started, the first one included.
  uint64_t starts() const { return starts_; }
  // Of the zygote of now; 0 while there is none.
  uint64_t forks() const { return current_ == nullptr ? 0 : current_->forks(); }

  // Launches wait while the first zygote boots, and while a lost one is replaced for the first time; when that fails
  // too, they are refused until there is one.
  void Launch(LaunchDescriptors descriptors, Callback callback) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Request {
    LaunchDescriptors descriptors;
    Callback callback;
  };

  void Boot();
  void OnBooted();
  void OnEnded(ZygoteProcess* process, absl::Status status);
  void RotateIfDue();
  void Retire(std::unique_ptr<ZygoteProcess> process);
  void Refuse(const absl::Status& status);

  boost::asio::io_context& context_;
  const ZygoteRotation rotation_;
  EnginePaths paths_;
  std::function<void(absl::Status)> on_ready_;
  std::function<void(Event, const absl::Status&)> on_event_;
  boost::asio::steady_timer retry_timer_;
  boost::asio::steady_timer age_timer_;
  ZygoteInfo info_;
  std::unique_ptr<ZygoteProcess> current_;  // can fork
  std::unique_ptr<ZygoteProcess> next_;     // boots
  std::unique_ptr<ZygoteProcess> retired_;  // answers its last launches
  Clock::time_point ready_at_;
  std::chrono::milliseconds retry_delay_ = kFirstRetry;
  absl::Status refusal_;  // why launches are refused at the moment
  uint64_t starts_ = 0;
  bool stopped_ = false;
  std::deque<Request> waiting_;
};

}  // namespace hearth
