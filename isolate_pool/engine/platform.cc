#include "isolate_pool/engine/platform.h"

#include <libplatform/libplatform.h>

#include <cstdlib>

namespace hearth::engine {

ForkablePlatform::ForkablePlatform() = default;
ForkablePlatform::~ForkablePlatform() = default;

void ForkablePlatform::AttachLoop(uv_loop_t* loop) {
  uv_timer_init(loop, &late_start_);
  late_start_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&late_start_));
}

void ForkablePlatform::PrepareFork(v8::Isolate* isolate) {
  DrainTasks(isolate);
  workers_.Stop();
}

void ForkablePlatform::AfterFork() {
  main_thread_ = std::this_thread::get_id();
  start_late_ = true;
  late_start_armed_ = false;
  if (workers_.HasQueuedTasks()) Wake();
}

void ForkablePlatform::Wake() {
  if (!start_late_ || workers_.started()) return;
  if (std::this_thread::get_id() != main_thread_) {
    // A thread exists already (a worker thread of the function): nothing is saved by waiting.
    workers_.Start();
    return;
  }
  if (late_start_armed_) return;
  late_start_armed_ = true;
  uv_timer_start(
      &late_start_, [](uv_timer_t* handle) { static_cast<ForkablePlatform*>(handle->data)->workers_.Start(); },
      kStartDelayMilliseconds, 0);
}

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
  Wake();
}

void ForkablePlatform::PostDelayedTaskOnWorkerThreadImpl(v8::TaskPriority priority, std::unique_ptr<v8::Task> task,
                                                         double delay_seconds, const v8::SourceLocation&) {
  workers_.PostDelayed(std::move(task), priority, delay_seconds);
  Wake();
}

}  // namespace hearth::engine
