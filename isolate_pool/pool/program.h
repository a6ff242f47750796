#pragma once

// A plain Node program as a process (`hearth exec`): forked by a launcher, with its caller's streams and rights, and
// none of a function's limits.

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "isolate_pool/channel/frame.h"
#include "isolate_pool/pool/launcher.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {

// Core's thread only. Keeps itself alive from Start until `ended` was called.
class Program : public std::enable_shared_from_this<Program> {
 public:
  struct End {
    int code = 0;
    int signal = 0;     // above 0: this killed it
    std::string error;  // not empty: it never ran, and this is why
  };
  // Called later, never from within a call into this.
  struct Events {
    std::function<void(pid_t)> forked;
    std::function<void(int64_t monotonic_ns)> started;  // its JavaScript begins
    std::function<void(const End&)> ended;              // once, and last
  };
  using Streams = std::array<ScopedFd, 3>;

  // `streams` are its descriptors 0, 1 and 2.
  Program(boost::asio::io_context& context, internal::Program description, Streams streams, Events events);

  // The launcher's forks must not be sandboxed: a program has its caller's rights.
  void Start(Launcher& launcher);
  // -1 until it is forked, and after its end.
  pid_t pid() const { return pid_; }
  // To the process, or to its process group. No effect before it is forked.
  void Signal(int number, bool group);
  // Kills it and its process group, at once or as soon as it is forked.
  void Kill();
  // The same; waits until it is gone, and calls nothing back.
  void Abandon();

 private:
  void OnLaunched(Launched launched);
  void SendAssignment();
  void ReadChannel();
  // True while there may be one later.
  bool TakeFrame();
  void WaitForExit();
  End Reap();
  void Finish(const End& end);

  boost::asio::io_context& context_;
  internal::Program description_;
  Streams streams_;
  Events events_;
  pid_t pid_ = -1;
  bool killed_ = false;
  boost::asio::posix::stream_descriptor pidfd_;
  boost::asio::posix::stream_descriptor channel_;
  std::string outgoing_;  // what is left of the assignment
  FrameDecoder decoder_;
};

}  // namespace hearth
