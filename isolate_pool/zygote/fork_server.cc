#include "isolate_pool/zygote/fork_server.h"

#include <sched.h>
#include <unistd.h>

#include <array>
#include <span>
#include <vector>

#include "isolate_pool/channel/frame.h"
#include "proto/hearth/internal/zygote.pb.h"

namespace hearth {
namespace {

constexpr size_t kDescriptorsPerFork = 3;
constexpr size_t kDescriptorsWithNamespaces = 6;

InstanceDescriptors ToDescriptors(std::span<const int> fds, const internal::ForkRequest& request, bool kept) {
  InstanceDescriptors descriptors{.channel = fds[0],
                                  .standard_output = fds[1],
                                  .standard_error = fds[2],
                                  .ahead = request.ahead(),
                                  .kept = kept,
                                  .forkable = request.forkable()};
  if (fds.size() == kDescriptorsWithNamespaces) descriptors.namespaces = {fds[3], fds[4], fds[5]};
  return descriptors;
}

bool Answer(int control, const internal::ForkRequest& request, const engine::ForkResult& fork,
            const KeeperProcess& keeper) {
  internal::FromZygote reply;
  reply.mutable_forked()->set_id(request.id());
  std::vector<int> descriptors;
  if (fork.pid < 0) {
    reply.mutable_forked()->set_error(fork.error);
  } else {
    reply.mutable_forked()->set_pid(fork.pid);
    descriptors.push_back(fork.pidfd);
    if (keeper.pid > 0) {
      reply.mutable_forked()->set_keeper_pid(keeper.pid);
      descriptors.insert(descriptors.end(), {keeper.pidfd, keeper.control});
    }
  }
  const bool sent = SendBlocking(control, reply.SerializeAsString(), descriptors);
  for (const int descriptor : {fork.pidfd, keeper.pidfd, keeper.control}) {
    if (descriptor >= 0) close(descriptor);
  }
  return sent;
}

}  // namespace

bool ServeForks(int control, const engine::ForkOptions& options, KeeperForks* keepers,
                const std::function<void(const InstanceDescriptors&)>& run) {
  char buffer[256];
  while (true) {
    int fds[kMaxFds];
    size_t fd_count = 0;
    const ssize_t size = ReceiveWithFds(control, buffer, 0, fds, &fd_count);
    if (size <= 0) return true;
    internal::ForkRequest request;
    if (!request.ParseFromArray(buffer, static_cast<int>(size)) ||
        (fd_count != kDescriptorsPerFork && fd_count != kDescriptorsWithNamespaces)) {
      return false;
    }
    engine::ForkOptions chosen = options;
    KeeperProcess keeper;
    // In a user namespace of its own, process ids of its own are all that keeps others from its processes.
    const bool forkable = request.forkable() && (options.namespaces & CLONE_NEWUSER) == 0;
    const bool kept = forkable && keepers != nullptr && keepers->available();
    if (forkable) chosen.namespaces &= ~uint64_t{CLONE_NEWPID};
    engine::ForkResult fork;
    if (kept) keeper = keepers->Fork(control);
    if (keeper.error.empty()) {
      fork = engine::Fork(chosen);
    } else {
      fork.error = keeper.error;
    }
    if (fork.pid == 0) {
      close(control);
      for (const int descriptor : {keeper.pidfd, keeper.control}) {
        if (descriptor >= 0) close(descriptor);
      }
      if (keepers != nullptr) keepers->CloseInFork();
      run(ToDescriptors({fds, fd_count}, request, kept));
      return true;
    }
    for (size_t i = 0; i < fd_count; ++i) close(fds[i]);
    if (kept && !keepers->Leave()) return false;
    if (!Answer(control, request, fork, keeper)) return true;
  }
}

}  // namespace hearth
