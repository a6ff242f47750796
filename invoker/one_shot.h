#pragma once

#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace hearth {

// A value that is set once and awaited by one coroutine. Both on the same thread; Set may come first.
template <typename T>
class OneShot {
 public:
  explicit OneShot(const boost::asio::any_io_executor& executor)
      : wake_(executor, boost::asio::steady_timer::time_point::max()) {}

  bool set() const { return value_.has_value(); }
  // The first value wins.
  void Set(T value) {
    if (value_) return;
    value_ = std::move(value);
    wake_.cancel();
  }
  boost::asio::awaitable<T> Get() {
    while (!value_) co_await wake_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return std::move(*value_);
  }

 private:
  boost::asio::steady_timer wake_;
  std::optional<T> value_;
};

}  // namespace hearth
