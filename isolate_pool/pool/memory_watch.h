#pragma once

// The hard tier of limits.memory: looks from outside at what an instance and all that it has started use. It sees what
// the instance's own watch on its JavaScript heap does not.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace hearth {

// Core's thread only.
class MemoryWatch {
 public:
  // How often it looks at an instance that works, and at one that does not.
  static constexpr std::chrono::milliseconds kInterval{50};
  static constexpr std::chrono::milliseconds kIdleInterval{1000};
  static constexpr std::chrono::milliseconds kProportionalInterval{1000};
  static constexpr size_t kProportionalSamples = 8;

  // `working` tells which interval counts. `on_breach` gets the bytes used, once; the watch is over then. Both are called
  // while `owner`, which this object is a part of, lives.
  MemoryWatch(boost::asio::io_context& context, uint64_t limit_bytes, std::function<bool()> working,
              std::function<void(uint64_t used)> on_breach)
      : limit_bytes_(limit_bytes), working_(std::move(working)), on_breach_(std::move(on_breach)), timer_(context) {}

  // `pid` must not be waited for before Stop.
  void Start(pid_t pid, std::weak_ptr<void> owner);
  void Stop();
  // The instance has begun to work.
  void Hurry();

 private:
  void Arm();
  void Look();
  uint64_t TreeMemory();

  const uint64_t limit_bytes_;
  const std::function<bool()> working_;
  const std::function<void(uint64_t)> on_breach_;
  boost::asio::steady_timer timer_;
  std::weak_ptr<void> owner_;
  pid_t pid_ = -1;  // while it watches
  clockid_t cpu_clock_ = 0;
  std::chrono::nanoseconds last_cpu_{-1};
  std::chrono::steady_clock::time_point last_proportional_;
  int descendants_ = 0;  // at the last look
};

}  // namespace hearth
