#pragma once

// The invoker's end of a control socket (proto/hearth/internal/zygote.proto) to a process that forks on request: a
// zygote or a template.

#include <cstdint>
#include <deque>
#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "absl/status/status.h"
#include "isolate_pool/pool/launcher.h"
#include "proto/hearth/internal/zygote.pb.h"

namespace hearth {

// Core's thread only.
class ForkChannel final : public Launcher {
 public:
  // `socket` is our end of a SOCK_SEQPACKET pair. `on_ready` gets the peer's ZygoteReady, if it sends one; `on_closed` is
  // called once, later, when the peer is gone, after every launch was answered. Neither is called any more once this
  // object is destroyed, which answers the launches that are left with Unavailable.
  ForkChannel(boost::asio::io_context& context, ScopedFd socket,
              std::function<void(const internal::ZygoteReady&)> on_ready, std::function<void()> on_closed);
  ~ForkChannel() override;
  ForkChannel(const ForkChannel&) = delete;
  ForkChannel& operator=(const ForkChannel&) = delete;

  // Until then, launches wait.
  void SetReady();
  // Forks so far, failed ones included.
  uint64_t forks() const { return forks_; }
  // Launches that are not answered yet.
  bool busy() const { return !queued_.empty() || !sent_.empty(); }

  void Launch(LaunchDescriptors descriptors, Callback callback) override;

 private:
  struct Request {
    LaunchDescriptors descriptors;  // kept until sent
    Callback callback;
  };

  void ReadNext();
  void OnReadable();
  void SendQueued();
  void Close();
  void Refuse();

  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor socket_;
  std::function<void(const internal::ZygoteReady&)> on_ready_;
  std::function<void()> on_closed_;
  bool ready_ = false;
  bool writing_ = false;
  uint64_t forks_ = 0;
  std::deque<Request> queued_;
  std::deque<Callback> sent_;
};

}  // namespace hearth
