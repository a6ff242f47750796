#include "isolate_pool/zygote/keeper.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "isolate_pool/channel/frame.h"
#include "isolate_pool/sandbox/fork_namespaces.h"
#include "isolate_pool/zygote/control.h"
#include "proto/hearth/internal/zygote.pb.h"

namespace hearth {
namespace {

// The template is the next process of the namespace after its keeper.
constexpr pid_t kTemplateId = 2;
// Paths of code, at worst.
constexpr size_t kMaxRequest = 64 << 10;

bool Answer(int control, const std::string& error, const sandbox::ForkNamespaces& namespaces) {
  internal::KeeperReply reply;
  reply.set_answered(true);
  reply.set_error(error);
  if (!namespaces.complete()) return SendBlocking(control, reply.SerializeAsString());
  const int descriptors[] = {namespaces.user, namespaces.mount, namespaces.ipc};
  const bool sent = SendBlocking(control, reply.SerializeAsString(), descriptors);
  for (const int descriptor : descriptors) close(descriptor);
  return sent;
}

[[noreturn]] void RunKeeper(const sandbox::Plan& plan, int control) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setsid();
  uv_set_process_title("hearth: keeper");
  prctl(PR_SET_DUMPABLE, 0);
  // Nothing of the zygote's, its control socket above all.
  dup3(control, kZygoteControlFd, O_CLOEXEC);
  close_range(kZygoteControlFd + 1, ~0u, 0);
  control = kZygoteControlFd;
  sandbox::NamespaceMaker maker;
  std::string broken = maker.Prepare(plan.base);
  static char buffer[kMaxRequest];
  while (true) {
    const ssize_t size = recv(control, buffer, sizeof buffer, 0);
    if (size < 0 && errno == EINTR) continue;
    internal::KeeperRequest request;
    if (size <= 0 || !request.ParseFromArray(buffer, static_cast<int>(size))) _exit(0);
    std::string error = broken;
    sandbox::ForkNamespaces namespaces;
    if (!broken.empty()) {
      // Nothing can be done.
    } else if (request.has_enter()) {
      std::vector<std::string> shown(request.enter().shown().begin(), request.enter().shown().end());
      shown.push_back(plan.runtime);
      broken = error = maker.Enter({.process = kTemplateId,
                                    .user = request.enter().user(),
                                    .owner = request.enter().owner(),
                                    .tmp_bytes = request.enter().tmp_bytes(),
                                    .shown = std::move(shown)});
    } else if (request.has_make_for_user()) {
      error = maker.Make(request.make_for_user(), &namespaces);
    } else if (request.has_kill_user()) {
      error = maker.KillAll(request.kill_user());
    }
    if (!Answer(control, error, namespaces)) _exit(0);
  }
}

}  // namespace

KeeperForks::KeeperForks(const sandbox::Plan& plan) : plan_(plan) {
  if (!plan.shared_base || !plan.capabilities_locked) return;
  own_pids_ = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
}

KeeperProcess KeeperForks::Fork(int control) {
  KeeperProcess keeper;
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 || unshare(CLONE_NEWPID) != 0) {
    keeper.error = std::string("a keeper's pid namespace: ") + std::strerror(errno);
    return keeper;
  }
  const engine::ForkResult fork = engine::Fork({.namespaces = CLONE_NEWNS});
  if (fork.pid == 0) {
    close(control);
    RunKeeper(plan_, pair[1]);
  }
  close(pair[1]);
  if (fork.pid < 0) {
    close(pair[0]);
    keeper.error = fork.error;
    return keeper;
  }
  keeper.pid = fork.pid;
  keeper.pidfd = fork.pidfd;
  keeper.control = pair[0];
  return keeper;
}

bool KeeperForks::Leave() { return setns(own_pids_, CLONE_NEWPID) == 0; }

void KeeperForks::CloseInFork() {
  if (own_pids_ >= 0) close(own_pids_);
  own_pids_ = -1;
}

}  // namespace hearth
