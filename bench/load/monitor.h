#pragma once

// Watches the target beside the run, from a thread of its own: the instances of a hearth, and CPU and memory of a process of
// this machine with all its descendants.
//
// Looking costs time on the machine that is measured: memory is read no more often than makes 1/kMemoryShare of one core.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/load/clock.h"
#include "bench/load/hearth.h"
#include "bench/load/processes.h"
#include "bench/load/recorder.h"
#include "bench/load/result.h"

namespace hearth::load {

class Monitor {
 public:
  struct Options {
    std::shared_ptr<Hearth> hearth;      // null: there is none
    std::vector<std::string> functions;  // whose instances; all if empty
    pid_t process = 0;                   // 0: it is not on this machine
    Nanos interval = kSecond;
  };

  // Begins at once.
  explicit Monitor(Options options);
  ~Monitor();

  void Stop();
  // What was seen, in the intervals of the recorder's series. After Stop.
  Watched In(const Recorder& recorder) const;

 private:
  static constexpr Nanos kMemoryShare = 20;

  struct Look {
    Nanos at = 0;
    std::optional<v1::InstanceCounts> instances;
    std::optional<Nanos> cpu;
    std::optional<double> memory_mib;
  };

  void Run();
  Look Now();

  const Options options_;
  SteadyClock clock_;
  std::vector<Look> looks_;  // the thread's, until it has ended
  Nanos next_memory_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace hearth::load
