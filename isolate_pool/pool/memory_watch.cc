#include "isolate_pool/pool/memory_watch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "isolate_pool/pool/process_statistics.h"

namespace hearth {

void MemoryWatch::Start(pid_t pid, std::weak_ptr<void> owner) {
  pid_ = pid;
  cpu_clock_ = ProcessCpuClock(pid);
  owner_ = std::move(owner);
  Arm();
}

void MemoryWatch::Stop() {
  pid_ = -1;
  timer_.cancel();
}

void MemoryWatch::Hurry() {
  // A look that is due soon is left as it is: moving a timer costs more than a look at the clock.
  if (pid_ > 0 && timer_.expiry() > std::chrono::steady_clock::now() + kInterval) Arm();
}

void MemoryWatch::Arm() {
  // To look at many processes takes milliseconds, in which the core serves nobody.
  const auto interval = working_() ? kInterval * (1 + descendants_ / 16) : kIdleInterval;
  timer_.expires_after(std::min<std::chrono::milliseconds>(interval, kIdleInterval));
  timer_.async_wait([this, owner = owner_](boost::system::error_code error) {
    if (const auto alive = owner.lock(); alive != nullptr && !error) Look();
  });
}

void MemoryWatch::Look() {
  if (pid_ <= 0) return;
  // Whoever used no CPU time has touched no memory.
  const std::chrono::nanoseconds cpu = ReadCpuClock(cpu_clock_);
  if (!working_() && cpu == last_cpu_) return Arm();
  last_cpu_ = cpu;
  const uint64_t used = TreeMemory();
  if (used <= limit_bytes_) return Arm();
  on_breach_(used);
}

// Own resident set, and what its children have beside it.
uint64_t MemoryWatch::TreeMemory() {
  const std::vector<pid_t> children = Descendants(pid_);
  descendants_ = static_cast<int>(children.size());
  const uint64_t own = ReadResidentMemory(pid_);
  uint64_t sum = own;
  for (const pid_t child : children) sum += ReadAnonymousMemory(child);
  if (children.empty() || sum <= limit_bytes_) return sum;
  // Forks that share their pages count each page for all of them. The kernel can divide, but slowly, so that it is asked
  // seldom and for some only.
  const auto now = std::chrono::steady_clock::now();
  if (now - last_proportional_ < kProportionalInterval) return own;
  last_proportional_ = now;
  const size_t step = (children.size() + kProportionalSamples - 1) / kProportionalSamples;
  sum = 0;
  for (size_t i = 0; i < children.size(); i += step) sum += ReadProportionalMemory(children[i]) * step;
  return own + sum;
}

}  // namespace hearth
