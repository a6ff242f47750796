#pragma once

// Looks after the connections of a server every few milliseconds, as long as there are any: timeouts, and clients that
// go away. In place of timers: there would be several of them for each request, and nearly all would be cancelled.

#include <chrono>
#include <memory>
#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace hearth {

class HttpConnection;

// Core's thread only.
class HttpSweeper {
 public:
  // How late what is due may be found: while requests run or something is due soon, and while all connections idle.
  static constexpr std::chrono::milliseconds kFast{10};
  static constexpr std::chrono::milliseconds kSlow{250};

  // `connections` is not owned.
  HttpSweeper(boost::asio::io_context& context, const std::set<std::shared_ptr<HttpConnection>>& connections)
      : connections_(connections), timer_(context) {}

  // Something may be due in less than kSlow; or there is a first connection. Costs nothing if that is known.
  void Hurry();
  void Stop();

 private:
  void Arm(std::chrono::milliseconds delay);
  void Sweep();

  const std::set<std::shared_ptr<HttpConnection>>& connections_;
  boost::asio::steady_timer timer_;
  bool fast_ = false;
  bool stopped_ = false;
};

}  // namespace hearth
