// The zygote: boots one Node environment, warms it, and forks it on request until the invoker goes away.
//
// It holds nothing of any tenant and runs no function's code. Its only connection is the control socket on descriptor
// kZygoteControlFd (proto/hearth/internal/zygote.proto); the processes that it forks are children of the invoker.

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <uv.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "isolate_pool/channel/frame.h"
#include "isolate_pool/engine/engine.h"
#include "isolate_pool/engine/entry.h"
#include "isolate_pool/engine/fork.h"
#include "isolate_pool/engine/hot_pages.h"
#include "isolate_pool/engine/huge_pages.h"
#include "isolate_pool/instance/instance.h"
#include "isolate_pool/sandbox/plan.h"
#include "isolate_pool/zygote/control.h"
#include "isolate_pool/zygote/fork_server.h"
#include "isolate_pool/zygote/keeper.h"
#include "isolate_pool/zygote/rehearsal.h"
#include "proto/hearth/internal/zygote.pb.h"

namespace hearth {
namespace {

// Milliseconds.
constexpr int kThreadTurns = 200;

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

  // First of all: later there would be threads, and more memory to fork in its trials.
  const std::string executable = argv[0];
  const char* mode = getenv(kSandboxVariable);
  const bool one_fork = getenv(kOneForkVariable) != nullptr;
  const sandbox::Plan plan =
      sandbox::Plan::Prepare(executable.substr(0, executable.rfind('/')),
                             sandbox::ParseMode(mode == nullptr ? "" : mode).value_or(sandbox::Mode::kBestEffort));

  if (!one_fork) engine::MoveCodeToHugePages();
  std::string error;
  const auto engine = engine::Engine::Boot(argv[0], &error);
  if (engine == nullptr) return Fail(error);
  const auto runtime = Runtime::Load(*engine, &error);
  if (runtime == nullptr) return Fail(error);
  if (error = runtime->Warm(!one_fork); !error.empty()) return Fail("warm-up: " + error);
  if (error = engine::PrepareForking(); !error.empty()) return Fail(error);
  engine->PrepareFork();
  if (!one_fork) engine->CollectMemory();
  // The kernel may list one that has ended for a moment more.
  for (int turn = 0; turn < kThreadTurns && engine::ThreadCount() != 1; ++turn) usleep(1000);
  if (const int threads = engine::ThreadCount(); threads != 1) {
    return Fail(std::to_string(threads) + " threads are left after the warm-up");
  }

  const engine::HotPages hot_pages = one_fork ? engine::HotPages() : Rehearse(*engine, *runtime);

  internal::FromZygote message;
  message.mutable_ready()->set_boot_microseconds(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
  message.mutable_ready()->set_node_version(NODE_VERSION);
  message.mutable_ready()->set_v8_version(v8::V8::GetVersion());
  message.mutable_ready()->set_hot_pages(hot_pages.count());
  bool in_order = true;
  KeeperForks keepers(plan);
  if (SendBlocking(kZygoteControlFd, message.SerializeAsString())) {
    in_order = ServeForks(kZygoteControlFd, {.namespaces = plan.namespaces}, &keepers,
                          [&](const InstanceDescriptors& descriptors) {
                            if (descriptors.ahead) hot_pages.Take();
                            RunInstance(*engine, *runtime, plan, descriptors);
                          });
  }
  // No destructors: the environment is as every fork found it, and nothing needs to be written.
  _exit(in_order ? 0 : 1);
}
