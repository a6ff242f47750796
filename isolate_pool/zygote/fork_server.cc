#include "isolate_pool/zygote/fork_server.h"

#include <sched.h>
#include <unistd.h>

#include "isolate_pool/channel/frame.h"
#include "proto/hearth/internal/zygote.pb.h"

namespace hearth {
namespace {

constexpr size_t kDescriptorsPerFork = 3;

}  // namespace

bool ServeForks(int control, const engine::ForkOptions& options,
                const std::function<void(const InstanceDescriptors&)>& run) {
  char buffer[256];
  while (true) {
    int fds[kMaxFds];
    size_t fd_count = 0;
    const ssize_t size = ReceiveWithFds(control, buffer, 0, fds, &fd_count);
    if (size <= 0) return true;
    internal::ForkRequest request;
    if (!request.ParseFromArray(buffer, static_cast<int>(size)) || fd_count != kDescriptorsPerFork) return false;
    engine::ForkOptions chosen = options;
    // Without a user of its own, process ids of its own are all that keeps others from its processes.
    if (request.forkable() && (options.namespaces & CLONE_NEWUSER) == 0) chosen.namespaces &= ~uint64_t{CLONE_NEWPID};
    const engine::ForkResult fork = engine::Fork(chosen);
    if (fork.pid == 0) {
      close(control);
      run({.channel = fds[0], .standard_output = fds[1], .standard_error = fds[2], .ahead = request.ahead()});
      return true;
    }
    for (size_t i = 0; i < fd_count; ++i) close(fds[i]);
    internal::FromZygote reply;
    reply.mutable_forked()->set_id(request.id());
    bool sent = false;
    if (fork.pid < 0) {
      reply.mutable_forked()->set_error(fork.error);
      sent = SendBlocking(control, reply.SerializeAsString());
    } else {
      reply.mutable_forked()->set_pid(fork.pid);
      const int pidfd[] = {fork.pidfd};
      sent = SendBlocking(control, reply.SerializeAsString(), pidfd);
      close(fork.pidfd);
    }
    if (!sent) return true;
  }
}

}  // namespace hearth
