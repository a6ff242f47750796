#pragma once

// What a coroutine waits for that is no I/O: a value, or a word that something has changed. No timer, no lock, no call of
// the kernel. Everything is used on one thread.

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hearth {

// Lets one coroutine sleep until it is woken.
//
//   while (!condition) co_await wake_up.Wait();      // the coroutine
//   condition = true; wake_up.Wake();                // whoever changes it
class WakeUp {
 public:
  // Returns some time after the next Wake, never from within it. One coroutine at a time.
  boost::asio::awaitable<void> Wait() {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [this](auto handler) { sleeper_ = std::make_unique<SleeperOf<decltype(handler)>>(std::move(handler)); },
        boost::asio::use_awaitable);
  }
  // Without effect if nobody waits.
  void Wake() {
    if (const auto sleeper = std::move(sleeper_)) sleeper->Resume();
  }

 private:
  struct Sleeper {
    virtual ~Sleeper() = default;
    virtual void Resume() = 0;
  };
  template <typename Handler>
  struct SleeperOf final : Sleeper {
    explicit SleeperOf(Handler h) : work(boost::asio::make_work_guard(h)), handler(std::move(h)) {}
    void Resume() override { boost::asio::post(std::move(handler)); }
    // The loop must not end while somebody waits.
    decltype(boost::asio::make_work_guard(std::declval<Handler&>())) work;
    Handler handler;
  };

  std::unique_ptr<Sleeper> sleeper_;
};

// A value that is set once and awaited by one coroutine; Set may come first.
template <typename T>
class OneShot {
 public:
  bool set() const { return value_.has_value(); }
  // The first value wins.
  void Set(T value) {
    if (value_) return;
    value_ = std::move(value);
    wake_up_.Wake();
  }
  boost::asio::awaitable<T> Get() {
    while (!value_) co_await wake_up_.Wait();
    co_return std::move(*value_);
  }

 private:
  WakeUp wake_up_;
  std::optional<T> value_;
};

}  // namespace hearth
