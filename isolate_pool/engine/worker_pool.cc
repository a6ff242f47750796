#include "isolate_pool/engine/worker_pool.h"

#include <csignal>
#include <system_error>

namespace hearth::engine {

void WorkerPool::Post(std::unique_ptr<v8::Task> task, v8::TaskPriority priority) {
  std::lock_guard lock(mutex_);
  queues_[static_cast<int>(priority)].push_back(std::move(task));
  EnsureThread();
}

void WorkerPool::PostDelayed(std::unique_ptr<v8::Task> task, v8::TaskPriority priority, double delay_seconds) {
  const auto due =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(delay_seconds));
  std::lock_guard lock(mutex_);
  delayed_.emplace(due, Delayed{std::move(task), priority});
  EnsureThread();
}

void WorkerPool::Start() {
  std::lock_guard lock(mutex_);
  started_ = true;
  if (!QueueEmpty() || !delayed_.empty()) EnsureThread();
}

void WorkerPool::StartLate(std::chrono::milliseconds grace) {
  std::lock_guard lock(mutex_);
  started_ = true;
  grace_ = grace;
  // Whoever posted a task counts on it, and may not post another before it has run.
  if (!QueueEmpty()) EnsureThread();
}

void WorkerPool::Drain() {
  std::unique_lock lock(mutex_);
  if (!started_ || Idle()) return;
  grace_ = {};
  work_.notify_all();
  EnsureThread();
  if (!threads_.empty()) idle_.wait(lock, [this] { return Idle(); });
}

void WorkerPool::Stop() {
  std::vector<std::thread> threads;
  {
    std::unique_lock lock(mutex_);
    if (!started_) return;
    grace_ = {};
    if (!Idle()) {
      EnsureThread();
      if (!threads_.empty()) idle_.wait(lock, [this] { return Idle(); });
    }
    stopping_ = true;
    threads.swap(threads_);
    work_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
  std::lock_guard lock(mutex_);
  stopping_ = false;
  started_ = false;
}

void WorkerPool::EnsureThread() {
  // What the last task posts while the threads end waits for the next start: nobody would join another thread.
  if (!started_ || stopping_) return;
  if (waiting_ > 0) {
    work_.notify_one();
  } else if (grace_.count() > 0 && !threads_.empty()) {
    // One thread is enough to wait.
  } else if (static_cast<int>(threads_.size()) < max_threads_) {
    // The function's signal handlers belong to its main thread.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    try {
      threads_.emplace_back([this] { Run(); });
    } catch (const std::system_error&) {
      // The function's process budget is used up. Work waits for the next attempt, which comes with the next task.
      pthread_sigmask(SIG_SETMASK, &previous, nullptr);
      return;
    }
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  }
}

void WorkerPool::LetGracePass(std::unique_lock<std::mutex>& lock) {
  const auto end = Clock::now() + grace_;
  work_.wait_until(lock, end, [this] { return grace_.count() == 0; });
  grace_ = {};
  if (!Idle()) EnsureThread();
}

void WorkerPool::Run() {
  std::unique_lock lock(mutex_);
  if (grace_.count() > 0) LetGracePass(lock);
  while (true) {
    MoveDueTasks(Clock::now());
    if (std::unique_ptr<v8::Task> task = TakeTask()) {
      ++running_;
      lock.unlock();
      task->Run();
      task.reset();
      lock.lock();
      --running_;
      if (Idle()) idle_.notify_all();
      continue;
    }
    if (stopping_) return;
    ++waiting_;
    if (delayed_.empty()) {
      work_.wait(lock);
    } else {
      work_.wait_until(lock, delayed_.begin()->first);
    }
    --waiting_;
  }
}

void WorkerPool::MoveDueTasks(Clock::time_point now) {
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    Delayed due = std::move(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    queues_[static_cast<int>(due.priority)].push_back(std::move(due.task));
  }
}

std::unique_ptr<v8::Task> WorkerPool::TakeTask() {
  for (int priority = kPriorities - 1; priority >= 0; --priority) {
    auto& queue = queues_[priority];
    if (queue.empty()) continue;
    std::unique_ptr<v8::Task> task = std::move(queue.front());
    queue.pop_front();
    return task;
  }
  return nullptr;
}

bool WorkerPool::Idle() const { return running_ == 0 && QueueEmpty(); }

bool WorkerPool::QueueEmpty() const {
  for (const auto& queue : queues_) {
    if (!queue.empty()) return false;
  }
  return true;
}

}  // namespace hearth::engine
