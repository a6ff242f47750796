#pragma once

// Ends idle instances before the machine runs out of memory: the kernel's own choice would be a worse one.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "isolate_pool/pool/pool.h"

namespace hearth {

struct MachineMemory {
  uint64_t total_bytes = 0;
  uint64_t available_bytes = 0;  // the kernel's estimate of what can be had without swapping
};
// MemTotal and MemAvailable of /proc/meminfo; nothing if they cannot be read.
std::optional<MachineMemory> ReadMachineMemory();

// Core's thread only. Neither is owned.
class MemoryPressure {
 public:
  static constexpr std::chrono::milliseconds kInterval{1000};
  // Below this part of the machine's memory there is pressure.
  static constexpr uint64_t kLowDivisor = 20;
  // The part of the idle instances that is ended each time, at least one.
  static constexpr size_t kEvictDivisor = 4;
  using Reader = std::function<std::optional<MachineMemory>()>;

  MemoryPressure(boost::asio::io_context& context, Pool& pool, Reader reader = ReadMachineMemory)
      : timer_(context), pool_(pool), reader_(std::move(reader)) {}

  void Start();
  void Stop() { timer_.cancel(); }
  // One look; returns how many instances were ended. For the timer, and for tests.
  size_t Check();
  // Instances ended so far.
  uint64_t evicted() const { return evicted_; }

 private:
  boost::asio::steady_timer timer_;
  Pool& pool_;
  const Reader reader_;
  uint64_t evicted_ = 0;
};

}  // namespace hearth
