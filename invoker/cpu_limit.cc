#include "invoker/cpu_limit.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace hearth {

using std::chrono::nanoseconds;

void CpuLimit::Watch(const Instance& instance, nanoseconds start, nanoseconds limit,
                     std::function<void(nanoseconds)> on_breach) {
  Stop();
  instance_ = &instance;
  start_ = start;
  limit_ = limit;
  on_breach_ = std::move(on_breach);
  armed_ = std::make_shared<bool>(true);
  Check();
}

void CpuLimit::Stop() {
  *armed_ = false;
  timer_.cancel();
}

void CpuLimit::Check() {
  const nanoseconds used = instance_->TreeCpuTime() - start_;
  if (used >= limit_) {
    *armed_ = false;
    on_breach_(used);
    return;
  }
  static const auto kProcessors = static_cast<int64_t>(std::max(1u, std::thread::hardware_concurrency()));
  timer_.expires_after(std::max<nanoseconds>((limit_ - used) / kProcessors, kFinestStep));
  timer_.async_wait([this, armed = armed_](boost::system::error_code error) {
    if (!error && *armed) Check();
  });
}

}  // namespace hearth
