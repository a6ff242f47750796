#include "isolate_pool/pool/stems.h"

#include <signal.h>
#include <sys/wait.h>

#include <memory>
#include <utility>

namespace hearth {
namespace {

void KillAndReap(pid_t pid) {
  kill(pid, SIGKILL);
  // Not by its pidfd, which Asio has made one that does not wait.
  waitpid(pid, nullptr, 0);
}

}  // namespace

void Stems::Fill() {
  while (ready_.size() + launching_ < target_) {
    // Shared, because a callback must be copyable.
    const auto wires = std::make_shared<Wires>();
    LaunchDescriptors descriptors;
    if (!MakeWires(wires.get(), &descriptors).ok()) return FillAfter(kRetryDelay);
    descriptors.ahead = true;
    ++launching_;
    launcher_.Launch(std::move(descriptors),
                     [this, wires, generation = generation_](absl::StatusOr<Launched> launched) {
                       if (generation != generation_) {
                         if (launched.ok()) KillAndReap(launched->pid);
                         return;
                       }
                       --launching_;
                       if (!launched.ok()) return FillAfter(kRetryDelay);
                       Add(*std::move(launched), std::move(*wires));
                     });
  }
}

void Stems::Add(Launched process, Wires wires) {
  const auto stem = ready_.emplace(ready_.end(), context_);
  stem->pid = process.pid;
  stem->pidfd.assign(process.pidfd.Release());
  stem->wires = std::move(wires);
  stem->pidfd.async_wait(stem->pidfd.wait_read, [this, stem](boost::system::error_code error) {
    if (error) return;  // taken or cleared: the element is gone
    KillAndReap(stem->pid);
    ready_.erase(stem);
    FillAfter(kRetryDelay);
  });
}

std::optional<Stem> Stems::Take() {
  if (ready_.empty()) return std::nullopt;
  Waiting& oldest = ready_.front();
  Stem stem{{oldest.pid, ScopedFd(oldest.pidfd.release())}, std::move(oldest.wires)};
  ready_.pop_front();
  FillAfter(kRefillDelay);
  return stem;
}

void Stems::FillAfter(std::chrono::milliseconds delay) {
  if (refilling_) return;
  refilling_ = true;
  timer_.expires_after(delay);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    refilling_ = false;
    Fill();
  });
}

void Stems::Clear() {
  ++generation_;
  launching_ = 0;
  refilling_ = false;
  timer_.cancel();
  for (Waiting& stem : ready_) KillAndReap(stem.pid);
  ready_.clear();
}

}  // namespace hearth
