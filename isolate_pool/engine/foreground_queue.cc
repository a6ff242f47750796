#include "isolate_pool/engine/foreground_queue.h"

#include <utility>

namespace hearth::engine {

ForegroundQueue::ForegroundQueue(v8::Isolate* isolate, uv_loop_t* loop)
    : isolate_(isolate), loop_(loop), wake_(new uv_async_t) {
  uv_async_init(loop_, wake_, [](uv_async_t* handle) { static_cast<ForegroundQueue*>(handle->data)->Flush(); });
  wake_->data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(wake_));
}

ForegroundQueue::~ForegroundQueue() = default;

void ForegroundQueue::PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) {
  std::lock_guard lock(mutex_);
  if (!open_) return;
  tasks_.push_back(std::move(task));
  uv_async_send(wake_);
}

void ForegroundQueue::PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation& location) {
  PostTaskImpl(std::move(task), location);
}

void ForegroundQueue::PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double delay_seconds,
                                          const v8::SourceLocation&) {
  std::lock_guard lock(mutex_);
  if (!open_) return;
  delayed_.push_back({std::move(task), delay_seconds});
  uv_async_send(wake_);
}

void ForegroundQueue::PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double delay_seconds,
                                                     const v8::SourceLocation& location) {
  PostDelayedTaskImpl(std::move(task), delay_seconds, location);
}

bool ForegroundQueue::Flush() {
  std::deque<std::unique_ptr<v8::Task>> tasks;
  std::vector<Delayed> delayed;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    delayed.swap(delayed_);
  }
  // A task may unregister the isolate; the queue must outlive the loop below.
  const auto self = shared_from_this();
  for (Delayed& item : delayed) Schedule(std::move(item));
  for (auto& task : tasks) RunTask(std::move(task));
  return !tasks.empty() || !delayed.empty();
}

void ForegroundQueue::Schedule(Delayed delayed) {
  auto* timer = new Timer{{}, std::move(delayed.task), this};
  uv_timer_init(loop_, &timer->handle);
  timer->handle.data = timer;
  timers_.insert(timer);
  const auto run = [](uv_timer_t* handle) {
    auto* timer = static_cast<Timer*>(handle->data);
    const auto owner = timer->owner->shared_from_this();
    std::unique_ptr<v8::Task> task = std::move(timer->task);
    owner->timers_.erase(timer);
    CloseTimer(timer);
    owner->RunTask(std::move(task));
  };
  uv_timer_start(&timer->handle, run, static_cast<uint64_t>(delayed.delay_seconds * 1000), 0);
  uv_unref(reinterpret_cast<uv_handle_t*>(&timer->handle));
}

void ForegroundQueue::RunTask(std::unique_ptr<v8::Task> task) {
  v8::HandleScope handles(isolate_);
  node::Environment* environment =
      isolate_->InContext() ? node::GetCurrentEnvironment(isolate_->GetCurrentContext()) : nullptr;
  if (environment == nullptr) {
    task->Run();
    return;
  }
  // The scope runs next-tick callbacks and microtasks when the task is done, as Node's own platform does.
  node::CallbackScope scope(environment, v8::Object::New(isolate_), {0, 0});
  task->Run();
}

void ForegroundQueue::CloseTimer(Timer* timer) {
  uv_close(reinterpret_cast<uv_handle_t*>(&timer->handle),
           [](uv_handle_t* handle) { delete static_cast<Timer*>(handle->data); });
}

void ForegroundQueue::Close() {
  {
    std::lock_guard lock(mutex_);
    open_ = false;
    tasks_.clear();
    delayed_.clear();
  }
  for (Timer* timer : timers_) CloseTimer(timer);
  timers_.clear();
  wake_->data = new std::vector<FinishedCallback>(std::move(finished_));
  uv_close(reinterpret_cast<uv_handle_t*>(wake_), [](uv_handle_t* handle) {
    std::unique_ptr<std::vector<FinishedCallback>> finished(static_cast<std::vector<FinishedCallback>*>(handle->data));
    delete reinterpret_cast<uv_async_t*>(handle);
    for (const FinishedCallback& callback : *finished) callback.function(callback.data);
  });
}

}  // namespace hearth::engine
