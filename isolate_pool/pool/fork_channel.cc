#include "isolate_pool/pool/fork_channel.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "isolate_pool/channel/frame.h"
#include "isolate_pool/pool/keeper.h"

namespace hearth {
namespace {

constexpr size_t kMaxControlMessage = 4096;

absl::Status Gone() { return absl::UnavailableError("the process that instances are forked from is gone"); }

}  // namespace

ForkChannel::ForkChannel(boost::asio::io_context& context, ScopedFd socket,
                         std::function<void(const internal::ZygoteReady&)> on_ready, std::function<void()> on_closed)
    : context_(context), socket_(context), on_ready_(std::move(on_ready)), on_closed_(std::move(on_closed)) {
  fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  socket_.assign(socket.Release());
  ReadNext();
}

ForkChannel::~ForkChannel() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  Refuse();
}

void ForkChannel::SetReady() {
  ready_ = true;
  SendQueued();
}

void ForkChannel::Launch(LaunchDescriptors descriptors, Callback callback) {
  if (!socket_.is_open()) {
    boost::asio::post(context_, [callback = std::move(callback)] { callback(Gone()); });
    return;
  }
  queued_.push_back({std::move(descriptors), std::move(callback)});
  if (ready_ && !writing_) SendQueued();
}

void ForkChannel::SendQueued() {
  while (!queued_.empty()) {
    Request& request = queued_.front();
    internal::ForkRequest message;
    message.set_id(forks_ + sent_.size() + 1);
    message.set_forkable(request.descriptors.forkable);
    message.set_ahead(request.descriptors.ahead);
    std::vector<int> fds = {request.descriptors.channel.get(), request.descriptors.standard_output.get(),
                            request.descriptors.standard_error.get()};
    for (const ScopedFd& descriptor : request.descriptors.namespaces) fds.push_back(descriptor.get());
    if (!SendBlocking(socket_.native_handle(), message.SerializeAsString(), fds)) {
      if (errno != EAGAIN) return;  // it is gone, and the next read will say so
      writing_ = true;
      socket_.async_wait(socket_.wait_write, [this](boost::system::error_code error) {
        if (error) return;
        writing_ = false;
        SendQueued();
      });
      return;
    }
    sent_.push_back(std::move(request.callback));
    queued_.pop_front();
  }
}

void ForkChannel::ReadNext() {
  socket_.async_wait(socket_.wait_read, [this](boost::system::error_code error) {
    if (!error) OnReadable();
  });
}

void ForkChannel::OnReadable() {
  while (true) {
    char buffer[kMaxControlMessage];
    int fds[kMaxFds];
    size_t fd_count = 0;
    const ssize_t size = ReceiveWithFds(socket_.native_handle(), buffer, MSG_DONTWAIT, fds, &fd_count);
    if (size < 0 && errno == EAGAIN) return ReadNext();
    std::vector<ScopedFd> descriptors;
    for (size_t i = 0; i < fd_count; ++i) descriptors.emplace_back(fds[i]);
    internal::FromZygote message;
    if (size <= 0 || !message.ParseFromArray(buffer, static_cast<int>(size))) return Close();
    if (message.has_ready()) {
      SetReady();
      if (on_ready_) on_ready_(message.ready());
    } else if (message.has_forked() && !sent_.empty()) {
      const Callback callback = std::move(sent_.front());
      sent_.pop_front();
      ++forks_;
      if (!message.forked().error().empty()) {
        callback(absl::ResourceExhaustedError(StrCat("cannot fork: ", message.forked().error())));
      } else if (descriptors.empty() || message.forked().pid() <= 1) {
        callback(absl::ResourceExhaustedError("cannot fork: the reply names no process"));
      } else {
        Launched launched{message.forked().pid(), std::move(descriptors[0]), nullptr, nullptr};
        if (message.forked().keeper_pid() > 1 && descriptors.size() == 3) {
          launched.keeper = std::make_shared<Keeper>(context_, message.forked().keeper_pid(), std::move(descriptors[1]),
                                                     std::move(descriptors[2]));
        }
        callback(std::move(launched));
      }
    }
  }
}

void ForkChannel::Close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  const auto closed = std::exchange(on_closed_, nullptr);
  Refuse();
  // May destroy this object.
  if (closed) closed();
}

void ForkChannel::Refuse() {
  for (Callback& callback : std::exchange(sent_, {})) callback(Gone());
  for (Request& request : std::exchange(queued_, {})) request.callback(Gone());
}

}  // namespace hearth
