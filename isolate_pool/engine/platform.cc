#include "isolate_pool/engine/platform.h"

#include <libplatform/libplatform.h>

#include <cstdlib>

namespace hearth::engine {

ForkablePlatform::ForkablePlatform() = default;
ForkablePlatform::~ForkablePlatform() = default;

void ForkablePlatform::PrepareFork(v8::Isolate* isolate) {
  // They may have been stopped by an earlier call, and something was posted since.
  workers_.Start();
  DrainTasks(isolate);
  workers_.Stop();
}

void ForkablePlatform::AfterFork() { workers_.StartLate(kStartGrace); }

std::shared_ptr<ForegroundQueue> ForkablePlatform::QueueOf(v8::Isolate* isolate) {
  std::lock_guard lock(mutex_);
  const auto found = isolates_.find(isolate);
  return found == isolates_.end() ? nullptr : found->second;
}

bool ForkablePlatform::FlushForegroundTasks(v8::Isolate* isolate) {
  const auto queue = QueueOf(isolate);
  return queue != nullptr && queue->Flush();
}

void ForkablePlatform::DrainTasks(v8::Isolate* isolate) {
  do {
    workers_.Drain();
  } while (FlushForegroundTasks(isolate));
}

void ForkablePlatform::RegisterIsolate(v8::Isolate* isolate, uv_loop_t* loop) {
  auto queue = std::make_shared<ForegroundQueue>(isolate, loop);
  std::lock_guard lock(mutex_);
  isolates_[isolate] = std::move(queue);
}

void ForkablePlatform::RegisterIsolate(v8::Isolate*, node::IsolatePlatformDelegate*) {
  std::abort();  // only for embedders that schedule by themselves; nothing in Node calls it
}

void ForkablePlatform::UnregisterIsolate(v8::Isolate* isolate) {
  std::shared_ptr<ForegroundQueue> queue;
  {
    std::lock_guard lock(mutex_);
    const auto found = isolates_.find(isolate);
    if (found == isolates_.end()) return;
    queue = std::move(found->second);
    isolates_.erase(found);
  }
  queue->Close();
}

void ForkablePlatform::AddIsolateFinishedCallback(v8::Isolate* isolate, void (*callback)(void*), void* data) {
  if (const auto queue = QueueOf(isolate)) {
    queue->AddFinishedCallback({callback, data});
  } else {
    callback(data);
  }
}

std::shared_ptr<v8::TaskRunner> ForkablePlatform::GetForegroundTaskRunner(v8::Isolate* isolate, v8::TaskPriority) {
  return QueueOf(isolate);
}

double ForkablePlatform::MonotonicallyIncreasingTime() { return static_cast<double>(uv_hrtime()) / 1e9; }

double ForkablePlatform::CurrentClockTimeMillis() { return SystemClockTimeMillis(); }

std::unique_ptr<v8::JobHandle> ForkablePlatform::CreateJobImpl(v8::TaskPriority priority,
                                                               std::unique_ptr<v8::JobTask> job,
                                                               const v8::SourceLocation&) {
  return v8::platform::NewDefaultJobHandle(this, priority, std::move(job), kWorkerThreads);
}

void ForkablePlatform::PostTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                                  const v8::SourceLocation&) {
  workers_.Post(std::move(task), priority);
}

void ForkablePlatform::PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                                         double delay_seconds, const v8::SourceLocation&) {
  workers_.PostDelayed(std::move(task), priority, delay_seconds);
}

}  // namespace hearth::engine
