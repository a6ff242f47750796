#pragma once

#include <node.h>
#include <uv.h>

#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace hearth::engine {

// The tasks that V8 wants run on one isolate's own thread, run by that isolate's event loop.
//
// Tasks may be posted from any thread. Everything else happens on the loop's thread. The handles it puts into the loop
// never keep the loop alive. Lifetime: shared with V8 through TaskRunner; after Close, posts are dropped.
class ForegroundQueue final : public v8::TaskRunner, public std::enable_shared_from_this<ForegroundQueue> {
 public:
  struct FinishedCallback {
    void (*function)(void*);
    void* data;
  };

  ForegroundQueue(v8::Isolate* isolate, uv_loop_t* loop);
  ~ForegroundQueue() override;

  // Runs what is queued now; tasks posted meanwhile wait for the next call. True if anything ran or was scheduled.
  bool Flush();
  // Drops everything and closes the handles; when they are closed, which takes a turn of the loop, the callbacks run.
  void Close();
  void AddFinishedCallback(FinishedCallback callback) { finished_.push_back(callback); }

  bool IdleTasksEnabled() override { return false; }
  bool NonNestableTasksEnabled() const override { return true; }
  bool NonNestableDelayedTasksEnabled() const override { return true; }

 protected:
  void PostTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override;
  void PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task, const v8::SourceLocation&) override;
  void PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double delay_seconds, const v8::SourceLocation&) override;
  void PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double delay_seconds,
                                      const v8::SourceLocation&) override;
  void PostIdleTaskImpl(std::unique_ptr<v8::IdleTask>, const v8::SourceLocation&) override {}

 private:
  struct Delayed {
    std::unique_ptr<v8::Task> task;
    double delay_seconds;
  };
  struct Timer {
    uv_timer_t handle;
    std::unique_ptr<v8::Task> task;
    ForegroundQueue* owner;
  };

  void Schedule(Delayed delayed);
  void RunTask(std::unique_ptr<v8::Task> task);
  static void CloseTimer(Timer* timer);

  v8::Isolate* const isolate_;
  uv_loop_t* const loop_;
  uv_async_t* wake_;  // freed by its close callback

  std::mutex mutex_;  // guards the three below
  std::deque<std::unique_ptr<v8::Task>> tasks_;
  std::vector<Delayed> delayed_;
  bool open_ = true;

  std::set<Timer*> timers_;
  std::vector<FinishedCallback> finished_;
};

}  // namespace hearth::engine
