#pragma once

#include <v8-platform.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace hearth::engine {

// Background threads that can be taken away before a fork and brought back after it.
//
// Tasks may be posted at any time and from any thread; they run only between Start and Stop. Threads are created one by
// one, each when a task waits and no thread is free. Start, StartLate, Drain and Stop are called by the main thread only.
class WorkerPool {
 public:
  explicit WorkerPool(int max_threads) : max_threads_(max_threads) {}
  // Stops; tasks that never ran are destroyed.
  ~WorkerPool() { Stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int max_threads() const { return max_threads_; }

  void Post(std::unique_ptr<v8::Task> task, v8::TaskPriority priority);
  void PostDelayed(std::unique_ptr<v8::Task> task, v8::TaskPriority priority, double delay_seconds);

  void Start();
  // As Start, but the first thread is created by the next task that is posted, and lets `grace` pass from then on before it
  // runs anything: tasks that are over by themselves within it cost one sleeping thread and nothing else. The wait is the
  // thread's own, so it ends even if the main thread never returns to its loop.
  void StartLate(std::chrono::milliseconds grace);
  // Blocks until no task is queued or running; ends the grace. Delayed tasks that are not yet due are left alone.
  void Drain();
  // Whether a task is queued or running. Delayed ones that are not due do not count.
  bool Busy() {
    std::lock_guard lock(mutex_);
    return !Idle();
  }
  // Lets queued tasks finish, then joins every thread: afterwards the pool has none. Delayed tasks stay queued.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kPriorities = static_cast<int>(v8::TaskPriority::kMaxPriority) + 1;

  void Run();
  // All below require mutex_.
  void LetGracePass(std::unique_lock<std::mutex>& lock);
  void EnsureThread();
  void MoveDueTasks(Clock::time_point now);
  std::unique_ptr<v8::Task> TakeTask();
  bool Idle() const;
  bool QueueEmpty() const;

  const int max_threads_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  std::deque<std::unique_ptr<v8::Task>> queues_[kPriorities];
  struct Delayed {
    std::unique_ptr<v8::Task> task;
    v8::TaskPriority priority;
  };
  std::multimap<Clock::time_point, Delayed> delayed_;
  std::vector<std::thread> threads_;
  int running_ = 0;                    // tasks being run
  int waiting_ = 0;                    // threads in work_.wait
  std::chrono::milliseconds grace_{};  // above 0 until it has passed
  bool started_ = false;
  bool stopping_ = false;
};

}  // namespace hearth::engine
