#pragma once

// limits.cpu: watches the CPU time of an instance from outside while it runs an invocation.
//
// A process with so many processors cannot use up what is left of its limit sooner than left / processors, so the clock
// is read then, and no earlier: a few reads in all, closer together near the end. Nothing runs in the instance for it.

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "isolate_pool/pool/instance.h"

namespace hearth {

// Core's thread only.
class CpuLimit {
 public:
  // The finest step, and so the overrun to expect on an idle machine.
  static constexpr std::chrono::milliseconds kFinestStep{1};

  explicit CpuLimit(boost::asio::io_context& context) : timer_(context) {}
  ~CpuLimit() { Stop(); }

  // `on_breach` is called once, later, when the instance's CPU time has passed `start` by `limit`; not after Stop. The
  // instance must live until then.
  void Watch(const Instance& instance, std::chrono::nanoseconds start, std::chrono::nanoseconds limit,
             std::function<void(std::chrono::nanoseconds used)> on_breach);
  void Stop();

 private:
  void Check();

  boost::asio::steady_timer timer_;
  // A timer that has expired cannot be cancelled any more: its handler is queued, and may outlive this object.
  std::shared_ptr<bool> armed_ = std::make_shared<bool>(false);
  const Instance* instance_ = nullptr;
  std::chrono::nanoseconds start_{};
  std::chrono::nanoseconds limit_{};
  std::function<void(std::chrono::nanoseconds)> on_breach_;
};

}  // namespace hearth
