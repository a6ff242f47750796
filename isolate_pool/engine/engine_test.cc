// Every pitfall of forking a live V8, as a test that runs inside the Node binary: see docs/architecture.md, "The engine".

#include "isolate_pool/engine/engine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "isolate_pool/engine/engine_harness.h"
#include "isolate_pool/engine/fork.h"

namespace hearth::engine {
namespace {

TEST(EngineTest, RunsTheNewestNode) { EXPECT_EQ(Evaluate("return process.version").substr(0, 3), "v26"); }

TEST(EngineTest, PreloadIsNotInheritedByProgramsThatAFunctionStarts) {
  TheEngine();
  EXPECT_EQ(std::getenv("LD_PRELOAD"), nullptr);
  EXPECT_EQ(EvaluateInFork("return require('child_process').execFileSync('/bin/echo', ['hi']).toString().trim()"),
            "hi");
}

TEST(EngineTest, NoMappingIsLeftOutOfAFork) {
  TheEngine().PrepareFork();
  std::ifstream smaps("/proc/self/smaps");
  for (std::string line; std::getline(smaps, line);) {
    if (!line.starts_with("VmFlags:")) continue;
    EXPECT_EQ(line.find(" dc "), std::string::npos) << "a mapping is MADV_DONTFORK: " << line;
  }
}

TEST(EngineTest, AForkAllocatesCollectsAndCompiles) {
  EXPECT_EQ(EvaluateInFork(R"(
    let kept = [];
    for (let i = 0; i < 300000; i++) { kept.push({ i, s: 'x' + i }); if (kept.length > 1000) kept = []; }
    return new Function('a', 'return a * 2')(21))"),
            "42");
}

TEST(EngineTest, OneThreadIsLeftBeforeAFork) {
  // Work that V8 does in the background: optimising compilation.
  Evaluate("let n = 0; const f = (a) => a * 3 + 1; for (let i = 0; i < 1e6; i++) n += f(i); return n");
  const int before = TheEngine().platform().NumberOfWorkerThreads();
  TheEngine().PrepareFork();
  EXPECT_EQ(ThreadCount(), 1);
  EXPECT_EQ(TheEngine().platform().NumberOfWorkerThreads(), before);
}

TEST(EngineTest, AProcessWithThreadsDoesNotFork) {
  TheEngine().PrepareFork();
  std::atomic<bool> stop = false;
  std::thread other([&stop] { stop.wait(false); });
  EXPECT_EQ(Fork().error, "a process with 2 threads cannot fork");
  stop = true;
  stop.notify_all();
  other.join();
  EXPECT_EQ(InFork([] { return std::string("forked"); }), "forked");
}

TEST(EngineTest, ThreadsComeBackLateAndOnlyForWork) {
  EXPECT_EQ(InFork([] { return std::to_string(ThreadCount()); }), "1");
  EXPECT_EQ(InFork([] {
              struct Work final : v8::Task {
                explicit Work(std::atomic<bool>& d) : done(d) {}
                void Run() override {
                  done = true;
                  done.notify_all();
                }
                std::atomic<bool>& done;
              };
              std::atomic<bool> done = false;
              ForkablePlatform& platform = TheEngine().platform();
              const uint64_t posted = uv_hrtime();
              platform.PostTaskOnWorkerThread(v8::TaskPriority::kUserVisible, std::make_unique<Work>(done));
              // The loop does not turn: a function that computes without end needs its optimising compiler most.
              done.wait(false);
              const auto waited = std::chrono::nanoseconds(uv_hrtime() - posted);
              return std::string(waited < ForkablePlatform::kStartGrace ? "at once" : "late");
            }),
            "late");
}

TEST(EngineTest, DrainingDoesNotWaitForTheGrace) {
  EXPECT_EQ(InFork([] {
              struct Work final : v8::Task {
                explicit Work(bool& d) : done(d) {}
                void Run() override { done = true; }
                bool& done;
              };
              bool done = false;
              ForkablePlatform& platform = TheEngine().platform();
              platform.PostTaskOnWorkerThread(v8::TaskPriority::kUserVisible, std::make_unique<Work>(done));
              platform.DrainTasks(TheEngine().isolate());
              return std::string(done ? "drained" : "still queued");
            }),
            "drained");
}

// cppgc's sweeper does this after a collection: its task on the main thread posts itself again until the threads are done.
TEST(EngineTest, AForegroundTaskThatWaitsForBackgroundWorkDoesNotStopAFork) {
  EXPECT_EQ(InFork([] {
              struct Background final : v8::Task {
                explicit Background(std::atomic<bool>& d) : done(d) {}
                void Run() override { done = true; }
                std::atomic<bool>& done;
              };
              struct Foreground final : v8::Task {
                explicit Foreground(std::atomic<bool>& d) : done(d) {}
                void Run() override {
                  v8::Isolate* isolate = TheEngine().isolate();
                  const auto runner =
                      TheEngine().platform().GetForegroundTaskRunner(isolate, v8::TaskPriority::kUserBlocking);
                  if (!done) runner->PostTask(std::make_unique<Foreground>(done));
                }
                std::atomic<bool>& done;
              };
              std::atomic<bool> done = false;
              ForkablePlatform& platform = TheEngine().platform();
              v8::Isolate* isolate = TheEngine().isolate();
              platform.PostTaskOnWorkerThread(v8::TaskPriority::kUserVisible, std::make_unique<Background>(done));
              platform.GetForegroundTaskRunner(isolate, v8::TaskPriority::kUserBlocking)
                  ->PostTask(std::make_unique<Foreground>(done));
              platform.DrainTasks(isolate);
              return std::string(done ? "went on" : "stuck");
            }),
            "went on");
}

TEST(EngineTest, TheParentOfAForkIsTheParentsParent) {
  const pid_t parent = getppid();
  EXPECT_EQ(InFork([] { return std::to_string(getppid()); }), std::to_string(parent));
}

TEST(EngineTest, GlibcKnowsTheForksThreadId) {
  // raise() and recursive mutexes go by it; pthread_kill with a stale one would signal another process's thread.
  EXPECT_EQ(InFork([] {
              clockid_t clock = 0;
              timespec time{};
              return std::string(pthread_getcpuclockid(pthread_self(), &clock) == 0 && clock_gettime(clock, &time) == 0
                                     ? "known"
                                     : "stale");
            }),
            "known");
}

TEST(EngineTest, TheEventLoopWorksInAForkAndIsNotSpent) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(EvaluateInFork("return new Promise((resolve) => setTimeout(resolve, 5, 'fired'))"), "fired");
  }
}

TEST(EngineTest, TheThreadPoolWorksInAFork) {
  EXPECT_EQ(EvaluateInFork("return require('fs').promises.readFile('/proc/self/comm', 'utf8').then((s) => typeof s)"),
            "string");
}

TEST(EngineTest, SignalsReachAFork) {
  EXPECT_EQ(EvaluateInFork(R"(return new Promise((resolve) => {
              process.on('SIGUSR2', () => resolve('caught'));
              process.kill(Number(require('fs').readlinkSync('/proc/self')), 'SIGUSR2');
              setTimeout(resolve, 10000, 'lost');
            }))"),
            "caught");
}

TEST(EngineTest, WorkerThreadsRunInAFork) {
  EXPECT_EQ(EvaluateInFork(R"js(const { Worker } = require('worker_threads');
              return new Promise((resolve, reject) => {
                const worker = new Worker("require('worker_threads').parentPort.postMessage(6 * 7)", { eval: true });
                worker.on('message', resolve);
                worker.on('error', reject);
              }))js"),
            "42");
}

TEST(EngineTest, OpenSslDrawsOtherRandomNumbersInEachFork) {
  const std::string_view body = "return require('crypto').randomBytes(16).toString('hex')";
  Evaluate(body);
  EXPECT_NE(EvaluateInFork(body), EvaluateInFork(body));
}

TEST(EngineTest, UserModulesResolveThroughCreateRequire) {
  EXPECT_EQ(Evaluate("return typeof require('module').createRequire('/').resolve"), "function");
}

TEST(EngineTest, NoInspectorRuns) { EXPECT_EQ(Evaluate("return String(require('inspector').url())"), "undefined"); }

}  // namespace
}  // namespace hearth::engine
