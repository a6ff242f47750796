#pragma once

// A process that holds one function, initialised, and forks instances of it. It serves nothing itself.

#include <functional>
#include <list>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "isolate_pool/pool/fork_channel.h"
#include "isolate_pool/pool/launcher.h"

namespace hearth {

// Core's thread only. Destroying this object ends the process, and answers the launches that are left with Unavailable;
// instances live on.
class TemplateProcess final : public Launcher {
 public:
  // `control` is our end of its control socket. `on_lost` is called once, later, when the process has ended by itself.
  TemplateProcess(boost::asio::io_context& context, Launched process, ScopedFd control, std::function<void()> on_lost);
  ~TemplateProcess() override;

  pid_t pid() const { return pid_; }
  // Null if it has none.
  Keeper* keeper() const { return keeper_.get(); }
  // From now on, forks get namespaces of their own from the keeper.
  void UseNamespaces() { use_namespaces_ = true; }

  void Launch(LaunchDescriptors descriptors, Callback callback) override;

 private:
  struct Request {
    LaunchDescriptors descriptors;
    Callback callback;
  };
  void Fork(Request request, std::shared_ptr<void> user);

  boost::asio::io_context& context_;
  const pid_t pid_;
  const std::shared_ptr<Keeper> keeper_;
  bool use_namespaces_ = false;
  boost::asio::posix::stream_descriptor pidfd_;
  ForkChannel channel_;
  // Wait for namespaces. Shared with the callbacks, which may outlive this object.
  std::shared_ptr<std::list<Request>> waiting_ = std::make_shared<std::list<Request>>();
};

}  // namespace hearth
