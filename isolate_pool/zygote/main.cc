// The zygote: boots one Node environment, warms it, and forks it on request until the invoker goes away.
//
// It holds nothing of any tenant and runs no function's code. Its only connection is the control socket on descriptor
// kZygoteControlFd (proto/hearth/internal/zygote.proto); the processes that it forks are children of the invoker.

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <chrono>
#include <cstdio>
#include <cstring>

#include "isolate_pool/channel/frame.h"
#include "isolate_pool/engine/engine.h"
#include "isolate_pool/engine/entry.h"
#include "isolate_pool/engine/fork.h"
#include "isolate_pool/instance/instance.h"
#include "isolate_pool/zygote/control.h"
#include "proto/hearth/internal/zygote.pb.h"

namespace hearth {
namespace {

using internal::ForkRequest;
using internal::FromZygote;

constexpr size_t kDescriptorsPerFork = 3;

bool Send(const FromZygote& message, std::span<const int> fds = {}) {
  return SendBlocking(kZygoteControlFd, message.SerializeAsString(), fds);
}

// In the parent: answers the request. In the child: becomes the instance and does not return.
bool Fork(engine::Engine& engine, Runtime& runtime, const ForkRequest& request, const int (&fds)[kMaxFds]) {
  const engine::ForkResult fork = engine::ForkSibling();
  if (fork.pid == 0) {
    close(kZygoteControlFd);
    RunInstance(engine, runtime, {.channel = fds[0], .standard_output = fds[1], .standard_error = fds[2]});
  }
  FromZygote reply;
  reply.mutable_forked()->set_id(request.id());
  if (fork.pid < 0) {
    reply.mutable_forked()->set_error(fork.error);
    return Send(reply);
  }
  reply.mutable_forked()->set_pid(fork.pid);
  const int pidfd[] = {fork.pidfd};
  const bool sent = Send(reply, pidfd);
  close(fork.pidfd);
  return sent;
}

int Serve(engine::Engine& engine, Runtime& runtime) {
  char buffer[256];
  while (true) {
    int fds[kMaxFds];
    size_t fd_count = 0;
    const ssize_t size = ReceiveWithFds(kZygoteControlFd, buffer, 0, fds, &fd_count);
    if (size <= 0) return 0;  // the invoker is gone
    ForkRequest request;
    const bool valid = request.ParseFromArray(buffer, static_cast<int>(size)) && fd_count == kDescriptorsPerFork;
    const bool alive = valid && Fork(engine, runtime, request, fds);
    for (size_t i = 0; i < fd_count; ++i) close(fds[i]);
    if (!alive) return valid ? 0 : 1;
  }
}

int Fail(const std::string& what) {
  std::fprintf(stderr, "hearth: the zygote cannot start: %s\n", what.c_str());
  return 1;
}

}  // namespace
}  // namespace hearth

int EngineMain(int /*argc*/, char** argv) {
  using namespace hearth;
  const auto start = std::chrono::steady_clock::now();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NAME, "hearth");
  uv_set_process_title("hearth: zygote");

  std::string error;
  const auto engine = engine::Engine::Boot(argv[0], &error);
  if (engine == nullptr) return Fail(error);
  const auto runtime = Runtime::Load(*engine, &error);
  if (runtime == nullptr) return Fail(error);
  if (error = runtime->Warm(); !error.empty()) return Fail("warm-up: " + error);
  if (error = engine::PrepareForking(); !error.empty()) return Fail(error);
  engine->PrepareFork();
  if (const int threads = engine::ThreadCount(); threads != 1) {
    return Fail(std::to_string(threads) + " threads are left after the warm-up");
  }

  FromZygote message;
  message.mutable_ready()->set_boot_microseconds(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
  message.mutable_ready()->set_node_version(NODE_VERSION);
  message.mutable_ready()->set_v8_version(v8::V8::GetVersion());
  const int result = Send(message) ? Serve(*engine, *runtime) : 0;
  // No destructors: the environment is as every fork found it, and nothing needs to be written.
  _exit(result);
}
