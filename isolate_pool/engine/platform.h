#pragma once

#include <node.h>
#include <uv.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "isolate_pool/engine/dense_page_allocator.h"
#include "isolate_pool/engine/foreground_queue.h"
#include "isolate_pool/engine/worker_pool.h"

namespace hearth::engine {

// Node's platform for a process that forks.
//
// Node's own starts threads even when asked for none, and threads do not survive a fork. Here background work runs on
// threads while the zygote warms up; PrepareFork finishes it and joins them; in the fork the threads come back late:
// only if work is posted, and they let kStartGrace pass first, because what they do would slow the cold start beside them.
class ForkablePlatform final : public node::MultiIsolatePlatform {
 public:
  // How long background work waits in a fresh fork. A short request is over by then; a long computation still gets its
  // optimising compiler.
  static constexpr std::chrono::milliseconds kStartGrace{20};
  // V8 asks once and keeps the answer, so it cannot follow what is started at the moment.
  static constexpr int kWorkerThreads = 2;

  ForkablePlatform();
  ~ForkablePlatform() override;

  void StartWorkers() { workers_.Start(); }
  // Runs what is queued in the background and in the foreground until nothing is, then joins all threads.
  void PrepareFork(v8::Isolate* isolate);
  // In the forked process, on its main thread.
  void AfterFork();

  WorkerPool& workers() { return workers_; }

  // node::MultiIsolatePlatform
  bool FlushForegroundTasks(v8::Isolate* isolate) override;
  void DrainTasks(v8::Isolate* isolate) override;
  void RegisterIsolate(v8::Isolate* isolate, uv_loop_t* loop) override;
  void RegisterIsolate(v8::Isolate* isolate, node::IsolatePlatformDelegate* delegate) override;
  void UnregisterIsolate(v8::Isolate* isolate) override;
  void AddIsolateFinishedCallback(v8::Isolate* isolate, void (*callback)(void*), void* data) override;

  // v8::Platform
  DensePageAllocator* GetPageAllocator() override { return &pages_; }
  int NumberOfWorkerThreads() override { return kWorkerThreads; }
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate, v8::TaskPriority) override;
  double MonotonicallyIncreasingTime() override;
  double CurrentClockTimeMillis() override;
  v8::TracingController* GetTracingController() override { return &tracing_; }

 protected:
  std::unique_ptr<v8::JobHandle> CreateJobImpl(v8::TaskPriority priority, std::unique_ptr<v8::JobTask> job,
                                               const v8::SourceLocation&) override;
  void PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                  const v8::SourceLocation&) override;
  void PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                         double delay_seconds, const v8::SourceLocation&) override;

 private:
  std::shared_ptr<ForegroundQueue> QueueOf(v8::Isolate* isolate);

  DensePageAllocator pages_;
  v8::TracingController tracing_;
  WorkerPool workers_{kWorkerThreads};

  std::mutex mutex_;  // guards the map
  std::map<v8::Isolate*, std::shared_ptr<ForegroundQueue>> isolates_;
};

}  // namespace hearth::engine
