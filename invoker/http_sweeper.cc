#include "invoker/http_sweeper.h"

#include <vector>

#include "invoker/http_connection.h"

namespace hearth {

void HttpSweeper::Hurry() {
  if (fast_ || stopped_) return;
  fast_ = true;
  Arm(kFast);
}

void HttpSweeper::Stop() {
  stopped_ = true;
  timer_.cancel();
}

void HttpSweeper::Arm(std::chrono::milliseconds delay) {
  timer_.expires_after(delay);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) Sweep();
  });
}

void HttpSweeper::Sweep() {
  // A connection that is closed leaves the set, but not before its coroutine runs.
  const auto now = std::chrono::steady_clock::now();
  bool soon = false;
  for (const auto& connection : connections_) soon = connection->Sweep(now) || soon;
  fast_ = soon;
  if (!connections_.empty() && !stopped_) Arm(soon ? kFast : kSlow);
}

}  // namespace hearth
