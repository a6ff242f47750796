#pragma once

// Processes that an instance started and that outlived it. This process adopts them (it is their subreaper), so that
// none is left when it ends.

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace hearth {

// Once, at the start of the program.
void AdoptDescendants();

// Reaps adopted processes that have ended. Instances, templates and zygotes are not its business: those are waited for
// through their pidfds, which takes moments, so only what was a zombie at the last look too is reaped. Core's thread only.
class OrphanReaper {
 public:
  static constexpr std::chrono::milliseconds kInterval{1000};

  // Call AdoptDescendants before.
  explicit OrphanReaper(boost::asio::io_context& context) : signals_(context), timer_(context) {}
  void Start();
  void Stop();
  // One look; returns how many zombies there were.
  size_t Look();

 private:
  void WaitForSignal();
  void LookLater();

  boost::asio::signal_set signals_;  // SIGCHLD: no look while no child ends
  boost::asio::steady_timer timer_;
  std::set<pid_t> zombies_;  // of the last look
};

// Kills and reaps every child of this process, and the children that it gets by that, until it has none. Blocking, but
// SIGKILL leaves nothing to wait for.
void KillDescendants();

}  // namespace hearth
