#include "isolate_pool/pool/zygote_launcher.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/strings.h"

namespace hearth {

ZygoteLauncher::ZygoteLauncher(boost::asio::io_context& context, ZygoteRotation rotation)
    : context_(context), rotation_(rotation), retry_timer_(context), age_timer_(context) {}

ZygoteLauncher::~ZygoteLauncher() { Stop(); }

void ZygoteLauncher::Start(const EnginePaths& paths, std::function<void(absl::Status)> ready) {
  paths_ = paths;
  on_ready_ = std::move(ready);
  Boot();
}

void ZygoteLauncher::Boot() {
  if (stopped_ || next_ != nullptr) return;
  next_ = std::make_unique<ZygoteProcess>(context_);
  ++starts_;
  next_->Start(
      paths_, [this] { OnBooted(); },
      [this, process = next_.get()](absl::Status status) { OnEnded(process, std::move(status)); });
}

void ZygoteLauncher::OnBooted() {
  const bool first = info_.node_version.empty();
  if (current_ != nullptr) Retire(std::move(current_));
  current_ = std::move(next_);
  info_ = current_->info();
  ready_at_ = Clock::now();
  refusal_ = absl::OkStatus();
  if (rotation_.age.count() > 0) {
    age_timer_.expires_after(rotation_.age);
    age_timer_.async_wait([this](boost::system::error_code error) {
      if (!error) Boot();
    });
  }
  for (Request& request : std::exchange(waiting_, {})) {
    current_->Launch(std::move(request.descriptors), std::move(request.callback));
  }
  if (auto ready = std::exchange(on_ready_, nullptr)) ready(absl::OkStatus());
  if (!first && on_event_) on_event_(Event::kReplaced, absl::OkStatus());
}

// A process may not be destroyed from within its own report: that is posted.
void ZygoteLauncher::OnEnded(ZygoteProcess* process, absl::Status status) {
  const bool was_current = process == current_.get();
  const bool was_next = process == next_.get();
  for (auto* owner : {&current_, &next_, &retired_}) {
    if (owner->get() != process) continue;
    boost::asio::post(context_, [gone = std::shared_ptr<ZygoteProcess>(std::move(*owner))] {});
  }
  if (stopped_ || (!was_current && !was_next)) return;
  if (was_current) {
    age_timer_.cancel();
    if (Clock::now() - ready_at_ >= kHealthy) retry_delay_ = kFirstRetry;
    if (on_event_) on_event_(Event::kLost, status);
  }
  if (was_next) {
    if (auto ready = std::exchange(on_ready_, nullptr)) {
      stopped_ = true;
      Refuse(status);
      return ready(std::move(status));
    }
    if (current_ == nullptr) Refuse(status);
  }
  if (next_ != nullptr) return;  // its replacement boots already
  retry_timer_.expires_after(retry_delay_);
  retry_delay_ = std::min(retry_delay_ * 2, kLastRetry);
  retry_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) Boot();
  });
}

void ZygoteLauncher::Retire(std::unique_ptr<ZygoteProcess> process) {
  retired_ = std::move(process);
  if (!retired_->busy()) retired_.reset();
}

void ZygoteLauncher::RotateIfDue() {
  if (rotation_.forks > 0 && current_->forks() >= rotation_.forks) Boot();
}

void ZygoteLauncher::Refuse(const absl::Status& status) {
  refusal_ = status;
  for (Request& request : std::exchange(waiting_, {})) request.callback(status);
}

void ZygoteLauncher::Launch(LaunchDescriptors descriptors, Callback callback) {
  if (!refusal_.ok()) {
    boost::asio::post(context_, [callback = std::move(callback), status = refusal_] { callback(status); });
  } else if (current_ == nullptr) {
    waiting_.push_back({std::move(descriptors), std::move(callback)});
  } else {
    current_->Launch(std::move(descriptors), [this, callback = std::move(callback)](absl::StatusOr<Launched> launched) {
      callback(std::move(launched));
      if (retired_ != nullptr && !retired_->busy()) {
        boost::asio::post(context_, [gone = std::shared_ptr<ZygoteProcess>(std::move(retired_))] {});
      }
      if (current_ != nullptr) RotateIfDue();
    });
  }
}

void ZygoteLauncher::Stop() {
  stopped_ = true;
  on_ready_ = nullptr;
  on_event_ = nullptr;
  retry_timer_.cancel();
  age_timer_.cancel();
  // First: what is being launched is answered when its zygote goes, and must not be tried again.
  Refuse(absl::UnavailableError("hearth is shutting down"));
  current_.reset();
  next_.reset();
  retired_.reset();
}

}  // namespace hearth
