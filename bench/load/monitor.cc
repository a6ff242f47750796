#include "bench/load/monitor.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hearth::load {
namespace {

constexpr double kMebibyte = 1 << 20;

double Seconds(Nanos time) { return static_cast<double>(time) / static_cast<double>(kSecond); }

}  // namespace

Monitor::Monitor(Options options) : options_(std::move(options)) {
  if (options_.hearth != nullptr || options_.process != 0) thread_ = std::thread([this] { Run(); });
}

Monitor::~Monitor() { Stop(); }

void Monitor::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Monitor::Run() {
  auto next = std::chrono::steady_clock::now();
  while (true) {
    looks_.push_back(Now());
    next += std::chrono::nanoseconds(options_.interval);
    std::unique_lock lock(mutex_);
    if (wake_.wait_until(lock, next, [this] { return stop_; })) break;
  }
  // The end of the run.
  next_memory_ = 0;
  looks_.push_back(Now());
}

Monitor::Look Monitor::Now() {
  Look look;
  look.at = clock_.Now();
  if (options_.hearth != nullptr) {
    if (const auto stats = options_.hearth->Stats(); stats.ok()) {
      v1::InstanceCounts sum;
      for (const v1::FunctionStats& function : stats->functions()) {
        const bool wanted = options_.functions.empty() ||
                            std::ranges::find(options_.functions, function.name()) != options_.functions.end();
        if (!wanted) continue;
        sum.set_starting(sum.starting() + function.instances().starting());
        sum.set_ready(sum.ready() + function.instances().ready());
        sum.set_busy(sum.busy() + function.instances().busy());
        sum.set_draining(sum.draining() + function.instances().draining());
      }
      look.instances = sum;
    }
  }
  if (options_.process != 0) {
    const std::vector<pid_t> tree = ProcessTree(options_.process);
    look.cpu = CpuOf(tree);
    if (const Nanos begin = clock_.Now(); begin >= next_memory_) {
      if (const auto bytes = MemoryOf(tree)) look.memory_mib = static_cast<double>(*bytes) / kMebibyte;
      const Nanos end = clock_.Now();
      next_memory_ = end + std::max(options_.interval / 2, kMemoryShare * (end - begin));
    }
  }
  return look;
}

Watched Monitor::In(const Recorder& recorder) const {
  Watched watched;
  const size_t size = recorder.series().size();
  if (options_.hearth != nullptr) {
    for (auto* column : {&watched.starting, &watched.ready, &watched.busy, &watched.draining}) column->resize(size);
  }
  if (options_.process != 0) {
    watched.cpu.resize(size);
    watched.memory.resize(size);
  }
  const Look* first = nullptr;
  const Look* before = nullptr;
  for (const Look& look : looks_) {
    const bool measured = look.at >= recorder.begin();
    if (!measured || first == nullptr) first = look.cpu ? &look : first;
    if (measured && look.cpu && first != nullptr) watched.cpu_seconds = Seconds(*look.cpu - *first->cpu);
    if (look.memory_mib && measured) {
      watched.peak_memory_mib = std::max(watched.peak_memory_mib.value_or(0), *look.memory_mib);
    }
    const size_t index = measured ? static_cast<size_t>((look.at - recorder.begin()) / recorder.interval()) : size;
    if (index < size) {
      if (look.instances) {
        watched.starting[index] = look.instances->starting();
        watched.ready[index] = look.instances->ready();
        watched.busy[index] = look.instances->busy();
        watched.draining[index] = look.instances->draining();
      }
      if (look.cpu && before != nullptr && before->cpu && look.at > before->at) {
        watched.cpu[index] = static_cast<double>(*look.cpu - *before->cpu) / static_cast<double>(look.at - before->at);
      }
      if (look.memory_mib) watched.memory[index] = look.memory_mib;
    }
    before = &look;
  }
  return watched;
}

}  // namespace hearth::load
