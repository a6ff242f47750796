#include "isolate_pool/pool/zygote_launcher.h"

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
#include "isolate_pool/channel/frame.h"
#include "isolate_pool/zygote/control.h"
#include "proto/hearth/internal/zygote.pb.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxControlMessage = 4096;
constexpr size_t kTitleBytes = 96;

absl::StatusOr<pid_t> Spawn(const EnginePaths& paths, int control) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, control, kZygoteControlFd);
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
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
  char* environment[] = {preload.data(), path.data(), nullptr};
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

ZygoteLauncher::ZygoteLauncher(boost::asio::io_context& context) : context_(context), control_(context) {}

ZygoteLauncher::~ZygoteLauncher() { Stop(); }

void ZygoteLauncher::Start(const EnginePaths& paths, std::function<void(absl::Status)> ready) {
  on_ready_ = std::move(ready);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    Lost(absl::UnavailableError(StrCat("cannot make the zygote's control socket: ", std::strerror(errno))));
    return;
  }
  ScopedFd ours(pair[0]), theirs(pair[1]);
  // dup2 onto itself would keep the descriptor close-on-exec.
  if (theirs.get() == kZygoteControlFd) theirs.Reset(fcntl(theirs.get(), F_DUPFD_CLOEXEC, kZygoteControlFd + 1));
  const absl::StatusOr<pid_t> pid = Spawn(paths, theirs.get());
  if (!pid.ok()) {
    Lost(pid.status());
    return;
  }
  pid_ = *pid;
  fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  control_.assign(ours.Release());
  state_ = absl::OkStatus();
  ReadNext();
}

void ZygoteLauncher::Stop() {
  on_ready_ = nullptr;
  on_lost_ = nullptr;
  Lost(absl::UnavailableError("hearth is shutting down"));
}

void ZygoteLauncher::Launch(LaunchDescriptors descriptors, Callback callback) {
  if (!state_.ok()) {
    boost::asio::post(context_, [callback = std::move(callback), status = state_] { callback(status); });
    return;
  }
  queued_.push_back({std::move(descriptors), std::move(callback)});
  if (ready_ && !writing_) SendQueued();
}

void ZygoteLauncher::SendQueued() {
  while (!queued_.empty()) {
    Request& request = queued_.front();
    internal::ForkRequest message;
    message.set_id(++next_id_);
    const std::string request_bytes = message.SerializeAsString();
    const int fds[] = {request.descriptors.channel.get(), request.descriptors.standard_output.get(),
                       request.descriptors.standard_error.get()};
    if (!SendBlocking(control_.native_handle(), request_bytes, fds)) {
      if (errno == EAGAIN) {
        writing_ = true;
        control_.async_wait(control_.wait_write, [this](boost::system::error_code error) {
          writing_ = false;
          if (!error) SendQueued();
        });
        return;
      }
      Lost(absl::UnavailableError(StrCat("the zygote is gone: ", std::strerror(errno))));
      return;
    }
    sent_.push_back(std::move(request.callback));
    queued_.pop_front();
  }
}

void ZygoteLauncher::ReadNext() {
  control_.async_wait(control_.wait_read, [this](boost::system::error_code error) {
    if (!error) OnReadable();
  });
}

void ZygoteLauncher::OnReadable() {
  while (state_.ok()) {
    char buffer[kMaxControlMessage];
    int fds[kMaxFds];
    size_t fd_count = 0;
    const ssize_t size = ReceiveWithFds(control_.native_handle(), buffer, MSG_DONTWAIT, fds, &fd_count);
    if (size < 0 && errno == EAGAIN) return ReadNext();
    ScopedFd pidfd(fd_count > 0 ? fds[0] : -1);
    internal::FromZygote message;
    if (size <= 0 || !message.ParseFromArray(buffer, static_cast<int>(size))) {
      Lost(absl::UnavailableError(ready_ ? "the zygote ended" : "the zygote ended before it was ready"));
      return;
    }
    if (message.has_ready()) {
      info_ = {message.ready().node_version(), message.ready().v8_version(),
               std::chrono::microseconds(message.ready().boot_microseconds())};
      ready_ = true;
      if (auto ready = std::exchange(on_ready_, nullptr)) ready(absl::OkStatus());
      SendQueued();
    } else if (message.has_forked() && !sent_.empty()) {
      Callback callback = std::move(sent_.front());
      sent_.pop_front();
      if (message.forked().error().empty()) {
        callback(Launched{message.forked().pid(), std::move(pidfd)});
      } else {
        callback(absl::ResourceExhaustedError(StrCat("the zygote cannot fork: ", message.forked().error())));
      }
    }
  }
}

void ZygoteLauncher::Lost(absl::Status status) {
  const bool was_ready = std::exchange(ready_, false);
  state_ = status;
  boost::system::error_code ignored;
  control_.close(ignored);
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  for (Request& request : std::exchange(queued_, {})) request.callback(status);
  for (Callback& callback : std::exchange(sent_, {})) callback(status);
  if (auto ready = std::exchange(on_ready_, nullptr)) {
    ready(status);
  } else if (was_ready && on_lost_) {
    on_lost_(status);
  }
}

}  // namespace hearth
