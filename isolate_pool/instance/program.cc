#include "isolate_pool/instance/program.h"

#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "isolate_pool/channel/frame.h"

namespace hearth {
namespace {

constexpr size_t kStreams = 3;
constexpr int kExitFailed = 1;
constexpr int kExitProtocol = 126;

// The strings must outlive the process's use of them, which is for ever.
void TakeEnvironment(const internal::Program& program) {
  auto* const variables = new std::vector<std::string>(program.environment().begin(), program.environment().end());
  auto* const pointers = new std::vector<char*>;
  for (std::string& variable : *variables) pointers->push_back(variable.data());
  pointers->push_back(nullptr);
  environ = pointers->data();
}

}  // namespace

void RunProgram(engine::Engine& engine, Runtime& runtime, const internal::Assignment& assignment, int channel,
                const std::deque<int>& streams) {
  const internal::Program& program = assignment.program();
  if (streams.size() != kStreams) _exit(kExitProtocol);
  for (size_t i = 0; i < kStreams; ++i) {
    dup2(streams[i], static_cast<int>(i));
    close(streams[i]);
  }
  umask(program.umask());
  if (chdir(program.directory().c_str()) != 0) {
    std::fprintf(stderr, "error: cannot enter the working directory %s: %s\n", program.directory().c_str(),
                 std::strerror(errno));
    _exit(kExitFailed);
  }
  TakeEnvironment(program);
  // No destructors: the environment was never meant to be torn down.
  node::SetProcessExitHandler(engine.environment(), [](node::Environment*, int code) { _exit(code); });

  internal::FromInstance message;
  message.mutable_initialised()->set_started_ns(static_cast<int64_t>(uv_hrtime()));
  if (!SendBlocking(channel, EncodeFrame(message))) _exit(kExitProtocol);
  close(channel);

  runtime.RunProgram(assignment);
  // Unlike an instance, it ends when nothing is left to wait for.
  _exit(node::SpinEventLoop(engine.environment()).FromMaybe(kExitFailed));
}

}  // namespace hearth
