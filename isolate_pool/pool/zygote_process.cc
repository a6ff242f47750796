#include "isolate_pool/pool/zygote_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "isolate_pool/zygote/control.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

constexpr size_t kTitleBytes = 96;

absl::StatusOr<pid_t> Spawn(const EnginePaths& paths, int control) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, control, kZygoteControlFd);
  // Neither this process's ports nor what it was started with: functions would inherit them.
  posix_spawn_file_actions_addclosefrom_np(&actions, kZygoteControlFd + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A session of its own: Ctrl-C in the terminal is for the invoker, which then stops everything in order.
  short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
  posix_spawnattr_setflags(&attributes, flags);
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);

  // Nothing of this process's environment: the zygote holds no tenant's data.
  std::string preload = "LD_PRELOAD=" + paths.isolate;
  // Else each fork would look up the same symbols again, and write to the tables that keep them.
  std::string bind_now = "LD_BIND_NOW=1";
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
  std::string sandbox = StrCat(kSandboxVariable, "=", sandbox::ModeName(paths.sandbox));
  std::string one_fork = StrCat(kOneForkVariable, "=1");
  char* environment[] = {
      preload.data(), bind_now.data(), path.data(), sandbox.data(), paths.one_fork ? one_fork.data() : nullptr,
      nullptr};
  std::string node = paths.node;
  // Instances write their titles ("hearth: <function>-<number>") over the arguments: this makes room.
  std::string room(kTitleBytes, ' ');
  char* arguments[] = {node.data(), room.data(), nullptr};
  pid_t pid = -1;
  const int error = posix_spawn(&pid, node.c_str(), &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return absl::UnavailableError(StrCat("cannot start ", paths.node, ": ", std::strerror(error)));
  return pid;
}

}  // namespace

absl::StatusOr<EnginePaths> FindEngine() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  std::vector<EnginePaths> candidates;
  if (const char* directory = std::getenv("HEARTH_ENGINE_DIR")) {
    candidates.push_back({StrCat(directory, "/node"), StrCat(directory, "/libisolate.so")});
  } else {
    const fs::path installed = program.parent_path().parent_path() / "lib" / "hearth";
    candidates.push_back({installed / "node", installed / "libisolate.so"});
    for (const fs::path& runfiles : {fs::path(program.string() + ".runfiles"),
                                     fs::path(std::getenv("TEST_SRCDIR") ? std::getenv("TEST_SRCDIR") : "")}) {
      if (runfiles.empty()) continue;
      candidates.push_back({runfiles / "node_engine" / "bin" / "node",
                            runfiles / "hearth" / "isolate_pool" / "zygote" / "libisolate.so"});
    }
  }
  std::string searched;
  for (const EnginePaths& candidate : candidates) {
    if (fs::exists(candidate.node, ignored) && fs::exists(candidate.isolate, ignored)) {
      return EnginePaths{fs::canonical(candidate.node, ignored), fs::canonical(candidate.isolate, ignored)};
    }
    StrAppend(&searched, searched.empty() ? "" : ", ", fs::path(candidate.isolate).parent_path().string());
  }
  return absl::NotFoundError(
      StrCat("hearth's engine (node and libisolate.so) is in none of ", searched, "; set HEARTH_ENGINE_DIR"));
}

ZygoteProcess::~ZygoteProcess() {
  channel_.reset();
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ZygoteProcess::Start(const EnginePaths& paths, std::function<void()> ready,
                          std::function<void(absl::Status)> ended) {
  const auto fail = [this, &ended](const std::string& what) {
    boost::asio::post(context_, [ended, status = absl::UnavailableError(what)] { ended(status); });
  };
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return fail(StrCat("cannot make the zygote's control socket: ", std::strerror(errno)));
  }
  ScopedFd ours(pair[0]), theirs(pair[1]);
  // dup2 onto itself would keep the descriptor close-on-exec.
  if (theirs.get() == kZygoteControlFd) theirs.Reset(fcntl(theirs.get(), F_DUPFD_CLOEXEC, kZygoteControlFd + 1));
  const absl::StatusOr<pid_t> pid = Spawn(paths, theirs.get());
  if (!pid.ok()) return fail(std::string(pid.status().message()));
  pid_ = *pid;
  channel_ = std::make_unique<ForkChannel>(
      context_, std::move(ours),
      [this, ready = std::move(ready)](const internal::ZygoteReady& message) {
        info_ = {message.node_version(), message.v8_version(), std::chrono::microseconds(message.boot_microseconds()),
                 message.hot_pages()};
        ready();
      },
      [this, ended = std::move(ended)] {
        ended(absl::UnavailableError(info_.node_version.empty() ? "the zygote ended before it was ready"
                                                                : "the zygote ended"));
      });
}

void ZygoteProcess::Launch(LaunchDescriptors descriptors, Callback callback) {
  channel_->Launch(std::move(descriptors), std::move(callback));
}

}  // namespace hearth
