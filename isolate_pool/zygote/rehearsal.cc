#include "isolate_pool/zygote/rehearsal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "isolate_pool/channel/frame.h"
#include "isolate_pool/channel/scoped_fd.h"
#include "isolate_pool/engine/fork.h"
#include "isolate_pool/instance/instance.h"
#include "isolate_pool/sandbox/policy.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {
namespace {

constexpr std::string_view kFunction = "export default { fetch: () => new Response('hello') };\n";
constexpr std::pair<std::string_view, std::string_view> kHeaders[] = {
    {"Host", "localhost"}, {"User-Agent", "rehearsal"}, {"Accept", "*/*"}, {"X-Forwarded-For", "127.0.0.1"}};
constexpr uint32_t kOk = 200;
constexpr int kPatienceMilliseconds = 5000;

// A folder with the function in it, for as long as this lives.
class FunctionFolder {
 public:
  FunctionFolder() {
    char name[] = "/tmp/hearth-rehearsal-XXXXXX";
    if (mkdtemp(name) == nullptr) return;
    path_ = name;
    const ScopedFd file(open(entry().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (write(file.get(), kFunction.data(), kFunction.size()) < 0) return;
    complete_ = true;
  }
  ~FunctionFolder() {
    if (path_.empty()) return;
    unlink(entry().c_str());
    rmdir(path_.c_str());
  }
  FunctionFolder(const FunctionFolder&) = delete;
  FunctionFolder& operator=(const FunctionFolder&) = delete;

  bool complete() const { return complete_; }
  const std::string& path() const { return path_; }
  std::string entry() const { return path_ + "/function.mjs"; }

 private:
  std::string path_;
  bool complete_ = false;
};

struct Pair {
  explicit Pair() {
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) return;
    ours = ScopedFd(fds[0]);
    theirs = ScopedFd(fds[1]);
  }
  bool valid() const { return ours.valid(); }
  ScopedFd ours, theirs;
};

bool WaitForReadable(int fd) {
  pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&readable, 1, kPatienceMilliseconds) == 1;
}

// Reads messages until one is the awaited. False if the fork ends, fails, or is not heard of in time.
class Listener {
 public:
  explicit Listener(int channel) : channel_(channel) {}

  template <typename Predicate>
  bool WaitFor(Predicate awaited) {
    while (true) {
      while (const auto frame = decoder_.Next()) {
        internal::FromInstance message;
        if (!message.ParseFromArray(frame->data(), static_cast<int>(frame->size()))) return false;
        if (message.initialised().has_failure()) return false;
        if (awaited(message)) return true;
      }
      if (!WaitForReadable(channel_)) return false;
      std::array<char, 4096> buffer;
      const ssize_t size = read(channel_, buffer.data(), buffer.size());
      if (size <= 0) return false;
      decoder_.Append({buffer.data(), static_cast<size_t>(size)});
    }
  }

 private:
  const int channel_;
  FrameDecoder decoder_{kMaxFrameBytes};
};

bool Rehearsed(const FunctionFolder& function, int channel) {
  internal::ToInstance assign;
  internal::Assignment& assignment = *assign.mutable_assignment();
  assignment.set_instance("rehearsal");
  assignment.set_function("rehearsal");
  assignment.set_directory(function.path());
  assignment.set_entry(function.entry());
  assignment.set_port(1);
  assignment.set_memory_limit_bytes(512 << 20);
  assignment.set_invoker_pid(getpid());
  assignment.mutable_sandbox()->set_mode(std::string(sandbox::ModeName(sandbox::Mode::kOff)));
  internal::ToInstance ask;
  internal::FetchRequest& request = *ask.mutable_fetch_request();
  request.set_id(1);
  request.set_request_id("rehearsal");
  request.set_method("GET");
  request.set_target("/");
  for (const auto& [name, value] : kHeaders) {
    request.add_headers(std::string(name));
    request.add_headers(std::string(value));
  }
  Listener listener(channel);
  return SendBlocking(channel, EncodeFrame(assign)) &&
         listener.WaitFor([](const internal::FromInstance& message) { return message.has_initialised(); }) &&
         SendBlocking(channel, EncodeFrame(ask)) && listener.WaitFor([](const internal::FromInstance& message) {
           return message.fetch_response().status() == kOk;
         });
}

}  // namespace

engine::HotPages Rehearse(engine::Engine& engine, Runtime& runtime) {
  const FunctionFolder function;
  Pair channel;
  ScopedFd null(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!function.complete() || !channel.valid() || !null.valid()) return {};
  const engine::ForkResult fork = engine::Fork({.sibling = false});
  if (fork.pid < 0) return {};
  if (fork.pid == 0) {
    channel.ours.Reset();
    const sandbox::Plan no_sandbox;
    const int error = fcntl(null.get(), F_DUPFD_CLOEXEC, 0);
    RunInstance(engine, runtime, no_sandbox,
                {.channel = channel.theirs.Release(), .standard_output = null.Release(), .standard_error = error});
  }
  engine::HotPages pages;
  channel.theirs.Reset();
  if (Rehearsed(function, channel.ours.get())) pages = engine::HotPages::OwnedBy(fork.pid);
  kill(fork.pid, SIGKILL);
  close(fork.pidfd);
  while (waitpid(fork.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return pages;
}

}  // namespace hearth
