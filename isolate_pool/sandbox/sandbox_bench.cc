// What each layer of the sandbox costs a cold start: `bazel run -c opt //isolate_pool/sandbox:sandbox_bench [-- RUNS]`.
//
// Forks a small process again and again: without namespaces, with them, and through both stages, each step timed in the
// fork itself. Median and 99th percentile in microseconds, as whoever runs it.

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "isolate_pool/sandbox/enter.h"
#include "isolate_pool/sandbox/identity.h"
#include "isolate_pool/sandbox/landlock.h"
#include "isolate_pool/sandbox/mount.h"
#include "isolate_pool/sandbox/network.h"
#include "isolate_pool/sandbox/root.h"
#include "isolate_pool/sandbox/seccomp_filter.h"

namespace {

using namespace hearth::sandbox;
using Clock = std::chrono::steady_clock;

double Microseconds(Clock::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

void Print(const char* name, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const size_t last = times.size() - 1;
  std::printf("%-44s %8.1f %8.1f\n", name, times[last / 2], times[last * 99 / 100]);
}

// The time from before the fork until the child has run `work`; or, with `inside`, what the work itself takes.
std::vector<double> Measure(int runs, uint64_t namespaces, bool inside, const std::function<void()>& work) {
  auto* shared =
      static_cast<Clock::time_point*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    shared[0] = Clock::now();
    const long child = syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (child == 0) {
      if (inside) shared[0] = Clock::now();
      work();
      shared[1] = Clock::now();
      _exit(0);
    }
    waitpid(static_cast<pid_t>(child), nullptr, 0);
    times.push_back(Microseconds(shared[1] - shared[0]));
  }
  munmap(shared, 4096);
  return times;
}

void Check(const std::string& error) {
  if (error.empty()) return;
  std::fprintf(stderr, "sandbox_bench: %s\n", error.c_str());
  _exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 500;
  const std::string code = std::filesystem::temp_directory_path() / ("hearth-bench-" + std::to_string(getpid()));
  std::filesystem::create_directory(code);

  const auto start = Clock::now();
  const Plan plan = Plan::Prepare("/usr/bin", Mode::kStrict);
  std::printf("%-44s %8.1f\n", "once per zygote: Plan::Prepare", Microseconds(Clock::now() - start));
  std::printf("%-44s %8s %8s\n", "microseconds", "median", "99 %");
  if (!plan.no_namespaces.empty()) std::printf("no namespaces: %s\n", plan.no_namespaces.c_str());

  Policy policy;
  policy.mode = Mode::kStrict;
  policy.readable = {code};
  policy.user = kFirstUser;
  const FunctionTree tree{.base = plan.base,
                          .runtime = plan.runtime,
                          .shared = plan.shared_base,
                          .readable = policy.readable,
                          .tmp_bytes = policy.tmp_bytes,
                          .user = plan.user == 0 ? policy.user : 0};
  const auto base = [&] {
    Entry entry(plan);
    entry.EnterBase();
  };

  const auto nothing = [] {};
  Print("fork", Measure(runs, 0, false, nothing));
  for (const auto& [name, flag] : {std::pair<const char*, uint64_t>{"fork, mount", CLONE_NEWNS},
                                   {"fork, pid", CLONE_NEWPID},
                                   {"fork, ipc", CLONE_NEWIPC},
                                   {"fork, uts", CLONE_NEWUTS}}) {
    Print(name, Measure(runs, flag | (plan.namespaces & CLONE_NEWUSER), false, nothing));
  }
  Print("fork, all of the plan's namespaces", Measure(runs, plan.namespaces, false, nothing));
  Print("stage 1 (EnterBase)", Measure(runs, plan.namespaces, true, base));
  Print("fork and stage 1", Measure(runs, plan.namespaces, false, base));

  const auto after_base = [&](const std::function<void()>& work) {
    auto* shared = static_cast<double*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
      (void)Measure(1, plan.namespaces, true, [&] {
        base();
        const auto begin = Clock::now();
        work();
        *shared = Microseconds(Clock::now() - begin);
      });
      times.push_back(*shared);
    }
    munmap(shared, 4096);
    return times;
  };
  CodeAccess access;
  Print("root, tmp: the function's mounts", after_base([&] { Check(AddFunction(tree, &access)); }));
  Print("root: entering the tree", after_base([&] { Check(EnterTree(plan.base)); }));
  Print("user, capabilities", after_base([&] {
          if (!plan.capabilities_locked) Check(LockCapabilities());
          if (plan.user == 0) Check(BecomeUser(policy.user));
          Check(ClearCapabilities());
        }));
  Print("landlock", after_base([&] { Check(ApplyLandlock(plan.landlock_abi, {{"/"}, {"/tmp"}, {"/dev"}, false})); }));
  Print("seccomp", after_base([&] { Check(ApplySeccompFilter(plan.seccomp.last)); }));
  Print("egress = none", after_base([&] { Check(LeaveNetwork()); }));

  const auto stages = [&](Entry& entry) {
    if (const std::string error = entry.EnterFunction(policy); !error.empty()) Check(error);
  };
  {
    auto* shared = static_cast<double*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
      (void)Measure(1, plan.namespaces, true, [&] {
        Entry entry(plan);
        entry.EnterBase();
        const auto begin = Clock::now();
        stages(entry);
        *shared = Microseconds(Clock::now() - begin);
      });
      times.push_back(*shared);
    }
    Print("stage 2 (EnterFunction)", times);
  }
  Print("fork and both stages", Measure(runs, plan.namespaces, false, [&] {
          Entry entry(plan);
          entry.EnterBase();
          stages(entry);
        }));
  std::filesystem::remove_all(code);
}
