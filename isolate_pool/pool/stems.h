#pragma once

// Processes forked ahead of need, so that a cold start pays only for the function's own code.

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "isolate_pool/pool/launcher.h"

namespace hearth {

// A process that waits for its assignment, with this side's ends of what connects it.
struct Stem {
  Launched process;
  Wires wires;
};

// Keeps `target` stems. Core's thread only.
//
// A stem that is taken is replaced a moment later, so that the fork does not compete with the start it was taken for.
class Stems {
 public:
  static constexpr std::chrono::milliseconds kRefillDelay{2};
  // After a fork that failed or a stem that died by itself.
  static constexpr std::chrono::milliseconds kRetryDelay{500};

  // Neither is owned. Forks nothing before the first Fill.
  Stems(boost::asio::io_context& context, Launcher& launcher, size_t target)
      : context_(context), launcher_(launcher), target_(target), timer_(context) {}
  ~Stems() { Clear(); }

  void Fill();
  // The oldest one; the caller owns the process. Empty if there is none at the moment.
  std::optional<Stem> Take();
  // Kills and reaps all of them; those being forked are killed when they arrive. Fill may be called again.
  void Clear();

  size_t size() const { return ready_.size(); }
  size_t target() const { return target_; }

 private:
  struct Waiting {
    explicit Waiting(boost::asio::io_context& context) : pidfd(context) {}
    pid_t pid = -1;
    boost::asio::posix::stream_descriptor pidfd;  // waits for a death
    Wires wires;
  };

  void FillAfter(std::chrono::milliseconds delay);
  void Add(Launched process, Wires wires);

  boost::asio::io_context& context_;
  Launcher& launcher_;
  const size_t target_;
  boost::asio::steady_timer timer_;
  bool refilling_ = false;
  size_t launching_ = 0;
  uint64_t generation_ = 0;  // counts calls of Clear
  std::list<Waiting> ready_;
};

}  // namespace hearth
