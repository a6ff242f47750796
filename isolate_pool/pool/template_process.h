#pragma once

// A process that holds one function, initialised, and forks instances of it. It serves nothing itself.

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "isolate_pool/pool/fork_channel.h"
#include "isolate_pool/pool/launcher.h"

namespace hearth {

// Core's thread only. Destroying this object ends the process; instances live on, unless they are in its pid namespace.
class TemplateProcess final : public Launcher {
 public:
  // `control` is our end of its control socket. `on_lost` is called once, later, when the process has ended by itself.
  TemplateProcess(boost::asio::io_context& context, Launched process, ScopedFd control, std::function<void()> on_lost);
  ~TemplateProcess() override;

  pid_t pid() const { return pid_; }
  void Launch(LaunchDescriptors descriptors, Callback callback) override {
    channel_.Launch(std::move(descriptors), std::move(callback));
  }

 private:
  const pid_t pid_;
  boost::asio::posix::stream_descriptor pidfd_;
  ForkChannel channel_;
};

}  // namespace hearth
