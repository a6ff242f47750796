#pragma once

// What the benchmarks of instances share: an engine of their own, functions to start, and one cold start from the request
// for an instance to the first byte of its answer.

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "isolate_pool/pool/instance_factory.h"
#include "isolate_pool/pool/zygote_launcher.h"

namespace hearth::bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] void Die(const std::string& what);

double Milliseconds(Clock::duration time);
// 0 if there are no samples.
double Quantile(std::vector<double> samples, double q);
// Private_Clean + Private_Dirty of /proc/<pid>/smaps_rollup, in MiB.
double PrivateMebibytes(pid_t pid);
// MemAvailable of /proc/meminfo, in MiB.
double AvailableMebibytes();
// User and system time of this process's children that have been waited for, in milliseconds.
double ChildrenCpuMilliseconds();

// What is started, and what a plain `node` runs instead of it.
struct Subject {
  std::string name;
  FunctionSpec spec;
  std::string node_program;
};

// The functions that are measured; their files live as long as this does. Run from the root of the tree.
class Subjects {
 public:
  Subjects();
  ~Subjects();
  Subjects(const Subjects&) = delete;
  Subjects& operator=(const Subjects&) = delete;

  const Subject& fetch() const { return fetch_; }
  const Subject& express() const { return express_; }

 private:
  std::string folder_;
  Subject fetch_, express_;
};

// A zygote, booted, and the loop that all callbacks come from.
class Engine {
 public:
  // Dies if it cannot be started.
  Engine();

  boost::asio::io_context& context() { return context_; }
  ZygoteLauncher& launcher() { return launcher_; }
  const EnginePaths& paths() const { return paths_; }

  // Runs the loop until `done` holds; dies if nothing happens for 30 s.
  void RunUntil(const std::function<bool()>& done);

 private:
  boost::asio::io_context context_{1};
  ZygoteLauncher launcher_;
  EnginePaths paths_;
};

// An instance that has answered its first request.
struct Answered {
  std::shared_ptr<Instance> instance;
  std::unique_ptr<Instance::Connection> connection;  // null for a fetch function
  Clock::duration init{};                            // from the request for an instance until it is ready
  Clock::duration first_byte{};                      // … until the first byte of its answer
};

// Calls back later. Dies if anything goes wrong.
void ColdStart(InstanceFactory& factory, std::shared_ptr<const FunctionSpec> spec,
               std::function<void(Answered)> answered);

// Sends one more request, over the lane that a request to this function takes; calls back when its answer, 4 KiB at most,
// is there.
void Ask(Answered& instance, std::function<void()> answered);

}  // namespace hearth::bench
