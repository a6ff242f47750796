// How many instances a machine can start in a second, and how many can live at once.
//
//   capacity [--seconds SECONDS] [--parallel COUNT] [--live COUNT]
//
// Starts: for SECONDS, COUNT cold starts under way at a time, each answered and then ended; for instances from the zygote,
// and from a template. Live: so many instances of one template, each of them answers two requests, the second one after
// all are there; then all are ended, and what they took must be free again.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/strings.h"
#include "bench/harness.h"

namespace hearth::bench {
namespace {

constexpr size_t kStartsAtATime = 8;
constexpr size_t kMemorySamples = 100;
// Descriptors that one live instance takes here: channel, two pipes, pidfd, connection, and one to spare.
constexpr rlim_t kDescriptorsPerInstance = 6;

int ChildCount() {
  std::ifstream children(StrCat("/proc/self/task/", getpid(), "/children"));
  int count = 0;
  for (std::string pid; children >> pid;) ++count;
  return count;
}

std::shared_ptr<const FunctionSpec> Versioned(FunctionSpec spec, TemplateMode mode) {
  static uint64_t versions = 0;
  spec.version = ++versions;
  spec.scaling.template_mode = mode;
  return std::make_shared<const FunctionSpec>(std::move(spec));
}

void End(const std::shared_ptr<Instance>& instance, std::function<void()> ended) {
  instance->OnExit(std::move(ended));
  instance->Kill({.kind = ExitCause::Kind::kStopped});
}

// The first start makes the template, and is not counted.
void MakeTemplate(Engine& engine, InstanceFactory& factory, const std::shared_ptr<const FunctionSpec>& spec) {
  bool ended = false;
  ColdStart(factory, spec, [&](Answered answered) { End(answered.instance, [&ended] { ended = true; }); });
  engine.RunUntil([&] { return ended; });
}

void MeasureStarts(Engine& engine, const Subject& subject, TemplateMode mode, double seconds, int parallel) {
  Stems no_stems(engine.context(), engine.launcher(), 0);
  ProcessInstanceFactory factory(engine.context(), engine.launcher(), no_stems, [](const LogLine&) {});
  const auto spec = Versioned(subject.spec, mode);
  if (mode == TemplateMode::kAuto) MakeTemplate(engine, factory, spec);
  std::vector<double> first_byte;
  int running = 0;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::function<void()> next = [&] {
    if (Clock::now() >= end) return;
    ++running;
    ColdStart(factory, spec, [&](Answered answered) {
      first_byte.push_back(Milliseconds(answered.first_byte));
      End(answered.instance, [&] {
        --running;
        next();
      });
    });
  };
  for (int i = 0; i < parallel; ++i) next();
  engine.RunUntil([&] { return running == 0; });
  const double took = Milliseconds(Clock::now() - begin) / 1000;
  std::printf("%-9s %-9s %8zu %9.0f %13.2f %13.2f\n", subject.name.c_str(),
              mode == TemplateMode::kAuto ? "template" : "zygote", first_byte.size(),
              static_cast<double>(first_byte.size()) / took, Quantile(first_byte, 0.5), Quantile(first_byte, 0.99));
  std::fflush(stdout);
  factory.Stop();
}

void MeasureLive(Engine& engine, const Subject& subject, size_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < count * kDescriptorsPerInstance) {
    Die(StrCat("--live ", count, " takes ", count * kDescriptorsPerInstance, " descriptors; `ulimit -Hn` allows ",
               limit.rlim_cur));
  }
  Stems no_stems(engine.context(), engine.launcher(), 0);
  ProcessInstanceFactory factory(engine.context(), engine.launcher(), no_stems, [](const LogLine&) {});
  const auto spec = Versioned(subject.spec, TemplateMode::kAuto);
  MakeTemplate(engine, factory, spec);
  const int children_before = ChildCount();
  const double available_before = AvailableMebibytes();

  std::vector<Answered> live;
  size_t starting = 0;
  const auto begin = Clock::now();
  std::function<void()> next = [&] {
    if (live.size() + starting == count) return;
    ++starting;
    ColdStart(factory, spec, [&](Answered answered) {
      --starting;
      live.push_back(std::move(answered));
      next();
    });
  };
  for (size_t i = 0; i < kStartsAtATime; ++i) next();
  engine.RunUntil([&] { return live.size() == count; });
  const double started_in = Milliseconds(Clock::now() - begin) / 1000;

  size_t answered = 0;
  for (Answered& instance : live) Ask(instance, [&] { ++answered; });
  engine.RunUntil([&] { return answered == count; });
  const double available = AvailableMebibytes();
  std::vector<double> memory;
  for (size_t i = 0; i < live.size(); i += std::max<size_t>(1, live.size() / kMemorySamples)) {
    memory.push_back(PrivateMebibytes(live[i].instance->pid()));
  }

  size_t ended = 0;
  for (Answered& instance : live) End(instance.instance, [&] { ++ended; });
  engine.RunUntil([&] { return ended == count; });
  live.clear();
  const int left = ChildCount() - children_before;
  std::printf(
      "%zu live at once, started in %.1f s, all answered; private %.2f MiB p50; of the whole machine %.2f MiB each\n",
      count, started_in, Quantile(memory, 0.5), (available_before - available) / static_cast<double>(count));
  std::printf("after their end: %d processes left, %.0f MiB of %.0f MiB not free again\n", left,
              std::max(0.0, available_before - AvailableMebibytes()), available_before - available);
  factory.Stop();
  if (left != 0) Die("processes are left");
}

}  // namespace
}  // namespace hearth::bench

int main(int argc, char** argv) {
  using namespace hearth;
  using namespace hearth::bench;
  double seconds = 5;
  int parallel = 4;
  size_t live = 2000;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::atof(argv[i + 1]);
    if (std::strcmp(argv[i], "--parallel") == 0) parallel = std::max(1, std::atoi(argv[i + 1]));
    if (std::strcmp(argv[i], "--live") == 0) live = static_cast<size_t>(std::max(0, std::atoi(argv[i + 1])));
  }
  const Subjects subjects;
  Engine engine;
  std::printf("%-9s %-9s %8s %9s %13s %13s\n", "", "from", "starts", "per s", "1st byte p50", "1st byte p99");
  std::printf("%-9s %-9s %8s %9s %13s %13s\n", "", "", "", "", "ms", "ms");
  MeasureStarts(engine, subjects.fetch(), TemplateMode::kOff, seconds, parallel);
  MeasureStarts(engine, subjects.fetch(), TemplateMode::kAuto, seconds, parallel);
  std::printf("\n");
  if (live > 0) MeasureLive(engine, subjects.fetch(), live);
  return 0;
}
