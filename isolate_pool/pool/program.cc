#include "isolate_pool/pool/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/strings.h"

namespace hearth {
namespace {

// It sends one small frame.
constexpr size_t kMaxFrame = 4096;

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Its own streams come with the assignment, so that the fork need not be made for them.
absl::Status MakeDescriptors(ScopedFd* channel, LaunchDescriptors* theirs) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return absl::ResourceExhaustedError(StrCat("socketpair: ", std::strerror(errno)));
  }
  channel->Reset(pair[0]);
  theirs->channel.Reset(pair[1]);
  for (ScopedFd* output : {&theirs->standard_output, &theirs->standard_error}) {
    output->Reset(open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!output->valid()) return absl::ResourceExhaustedError(StrCat("/dev/null: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace

Program::Program(boost::asio::io_context& context, internal::Program description, Streams streams, Events events)
    : context_(context),
      description_(std::move(description)),
      streams_(std::move(streams)),
      events_(std::move(events)),
      pidfd_(context),
      channel_(context),
      decoder_(kMaxFrame) {}

void Program::Start(Launcher& launcher) {
  ScopedFd channel;
  LaunchDescriptors descriptors;
  if (absl::Status status = MakeDescriptors(&channel, &descriptors); !status.ok()) {
    boost::asio::post(context_,
                      [self = shared_from_this(), status] { self->Finish({.error = std::string(status.message())}); });
    return;
  }
  channel_.assign(channel.Release());
  launcher.Launch(std::move(descriptors), [self = shared_from_this()](absl::StatusOr<Launched> launched) {
    if (!launched.ok()) return self->Finish({.error = std::string(launched.status().message())});
    self->OnLaunched(*std::move(launched));
  });
}

void Program::OnLaunched(Launched launched) {
  pid_ = launched.pid;
  pidfd_.assign(launched.pidfd.Release());
  if (killed_) Kill();
  internal::ToInstance message;
  internal::Assignment& assignment = *message.mutable_assignment();
  assignment.set_instance(StrCat("exec ", BaseName(description_.file())));
  assignment.set_invoker_pid(getpid());
  *assignment.mutable_program() = std::move(description_);
  outgoing_ = EncodeFrame(message);
  WaitForExit();
  ReadChannel();
  SendAssignment();
  if (events_.forked) events_.forked(pid_);
}

void Program::SendAssignment() {
  while (!outgoing_.empty() && channel_.is_open()) {
    iovec part{outgoing_.data(), outgoing_.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    int fds[3];
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {};
    if (streams_[0].valid()) {
      for (size_t i = 0; i < streams_.size(); ++i) fds[i] = streams_[i].get();
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof fds);
      std::memcpy(CMSG_DATA(header), fds, sizeof fds);
    }
    const ssize_t sent = sendmsg(channel_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return;  // it is gone; the exit says why
      channel_.async_wait(channel_.wait_write, [self = shared_from_this()](boost::system::error_code error) {
        if (!error) self->SendAssignment();
      });
      return;
    }
    // Not kept open here: a pipe ends when the program has closed its end.
    for (ScopedFd& stream : streams_) stream.Reset();
    outgoing_.erase(0, static_cast<size_t>(sent));
  }
}

void Program::ReadChannel() {
  channel_.async_wait(channel_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->TakeFrame()) self->ReadChannel();
  });
}

bool Program::TakeFrame() {
  char buffer[kMaxFrame];
  const ssize_t size = recv(channel_.native_handle(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (size <= 0) return false;
  decoder_.Append({buffer, static_cast<size_t>(size)});
  const auto frame = decoder_.Next();
  internal::FromInstance message;
  if (!frame || !message.ParseFromArray(frame->data(), static_cast<int>(frame->size())) || !message.has_initialised()) {
    return !decoder_.failed();
  }
  if (events_.started) std::exchange(events_.started, nullptr)(message.initialised().started_ns());
  return false;
}

void Program::WaitForExit() {
  pidfd_.async_wait(pidfd_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    self->TakeFrame();
    self->Finish(self->Reap());
  });
}

Program::End Program::Reap() {
  siginfo_t info{};
  waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &info, WEXITED);
  pid_ = -1;
  End end;
  (info.si_code == CLD_EXITED ? end.code : end.signal) = info.si_status;
  return end;
}

void Program::Finish(const End& end) {
  const auto self = shared_from_this();
  boost::system::error_code ignored;
  pidfd_.close(ignored);
  channel_.close(ignored);
  for (ScopedFd& stream : streams_) stream.Reset();
  const Events events = std::exchange(events_, {});
  if (events.ended) events.ended(end);
}

void Program::Signal(int number, bool group) {
  // Its process group is its session (instance.cc).
  if (pid_ > 0) kill(group ? -pid_ : pid_, number);
}

void Program::Kill() {
  killed_ = true;
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
}

void Program::Abandon() {
  events_ = {};
  Kill();
  if (pid_ <= 0) return;
  Finish(Reap());
}

}  // namespace hearth
