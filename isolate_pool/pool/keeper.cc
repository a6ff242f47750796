#include "isolate_pool/pool/keeper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "isolate_pool/channel/frame.h"
#include "isolate_pool/sandbox/user_ids.h"

namespace hearth {
namespace {

constexpr size_t kMaxReply = 4096;

}  // namespace

Keeper::Keeper(boost::asio::io_context& context, pid_t pid, ScopedFd pidfd, ScopedFd control)
    : context_(context), pid_(pid), pidfd_(context), control_(context), refill_(context) {
  pidfd_.assign(pidfd.Release());
  control_.assign(control.Release());
}

// It takes all processes of its pid namespace along, and is gone only when they are waited for: that may take a while, so
// nobody waits here.
Keeper::~Keeper() {
  kill(pid_, SIGKILL);
  const auto pidfd = std::make_shared<boost::asio::posix::stream_descriptor>(std::move(pidfd_));
  pidfd->async_wait(pidfd->wait_read, [pidfd, users = std::move(users_)](boost::system::error_code error) {
    if (error) return;
    waitid(P_PIDFD, static_cast<id_t>(pidfd->native_handle()), nullptr, WEXITED);
    for (const uint32_t user : users) sandbox::InstanceUsers().Release(user);
  });
}

void Keeper::Enter(TemplateUsers users, uint64_t tmp_bytes, const std::vector<std::string>& shown,
                   std::function<void(absl::Status)> ready) {
  on_ready_ = std::move(ready);
  users_.insert(users_.end(), {users.user, users.owner});
  internal::KeeperRequest request;
  request.mutable_enter()->set_owner(users.owner);
  request.mutable_enter()->set_user(users.user);
  request.mutable_enter()->set_tmp_bytes(tmp_bytes);
  for (const std::string& path : shown) request.mutable_enter()->add_shown(path);
  Send(request, {Pending::Kind::kEnter});
  Make();
  ReadNext();
}

void Keeper::Take(Callback callback) {
  if (!failure_.ok()) return callback(failure_);
  if (stock_.has_value() && waiting_.empty()) {
    Made taken = *std::exchange(stock_, std::nullopt);
    Refill();
    return callback(Give(std::move(taken)));
  }
  waiting_.push_back(std::move(callback));
  while (making_ < waiting_.size()) Make();
}

void Keeper::Refill() {
  refill_.expires_after(kRefillDelay);
  refill_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (self == nullptr || error) return;
    if (!self->stock_.has_value() && self->making_ == 0) self->Make();
  });
}

void Keeper::Make() {
  const uint32_t user = sandbox::InstanceUsers().Take();
  if (user == 0) return Fail(absl::ResourceExhaustedError("no user is left for another instance"));
  users_.push_back(user);
  ++making_;
  internal::KeeperRequest request;
  request.set_make_for_user(user);
  Send(request, {Pending::Kind::kMake, user});
}

void Keeper::FreeUser(uint32_t user) {
  internal::KeeperRequest request;
  request.set_kill_user(user);
  Send(request, {Pending::Kind::kKill, user});
}

void Keeper::Send(const internal::KeeperRequest& request, Pending pending) {
  pending_.push_back(pending);
  outgoing_.push_back(request.SerializeAsString());
  if (!writing_) Flush();
}

// Never waits: the keeper may do so for us to read its replies.
void Keeper::Flush() {
  while (!outgoing_.empty()) {
    const std::string& next = outgoing_.front();
    if (send(control_.native_handle(), next.data(), next.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
      outgoing_.pop_front();
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) {
      return Fail(absl::UnavailableError(StrCat("the keeper of its namespaces is gone: ", std::strerror(errno))));
    }
    writing_ = true;
    control_.async_wait(control_.wait_write, [weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (self == nullptr || error) return;
      self->writing_ = false;
      self->Flush();
    });
    return;
  }
}

void Keeper::ReadNext() {
  control_.async_wait(control_.wait_read, [weak = weak_from_this()](boost::system::error_code error) {
    if (const auto self = weak.lock(); self != nullptr && !error) self->OnReadable();
  });
}

void Keeper::OnReadable() {
  char buffer[kMaxReply];
  int fds[kMaxFds];
  size_t fd_count = 0;
  const ssize_t size = ReceiveWithFds(control_.native_handle(), buffer, MSG_DONTWAIT, fds, &fd_count);
  if (size < 0 && errno == EAGAIN) return ReadNext();
  std::vector<ScopedFd> descriptors;
  for (size_t i = 0; i < fd_count; ++i) descriptors.emplace_back(fds[i]);
  internal::KeeperReply reply;
  if (size <= 0 || !reply.ParseFromArray(buffer, static_cast<int>(size)) || pending_.empty()) {
    return Fail(absl::UnavailableError("the keeper of its namespaces is gone"));
  }
  ReadNext();
  OnReply(reply, std::move(descriptors));
}

void Keeper::OnReply(const internal::KeeperReply& reply, std::vector<ScopedFd> descriptors) {
  const Pending pending = pending_.front();
  pending_.pop_front();
  if (pending.kind == Pending::Kind::kKill) {
    // A user whose processes may live on is not given out again.
    if (!reply.error().empty()) return;
    std::erase(users_, pending.user);
    return sandbox::InstanceUsers().Release(pending.user);
  }
  if (!reply.error().empty()) return Fail(absl::UnavailableError(reply.error()));
  if (pending.kind == Pending::Kind::kEnter) return;
  --making_;
  Made made{std::move(descriptors), pending.user};
  if (auto ready = std::exchange(on_ready_, nullptr)) {
    stock_ = std::move(made);
    return ready(absl::OkStatus());
  }
  if (waiting_.empty()) {
    stock_ = std::move(made);
    return;
  }
  const Callback callback = std::move(waiting_.front());
  waiting_.pop_front();
  if (waiting_.empty()) Refill();
  callback(Give(std::move(made)));
}

ForkNamespaces Keeper::Give(Made made) {
  // This object is kept by what it gave away, but not by its stock.
  std::shared_ptr<void> user(nullptr, [self = shared_from_this(), id = made.user](void*) { self->FreeUser(id); });
  return {std::move(made.descriptors), std::move(user)};
}

void Keeper::Fail(absl::Status status) {
  if (failure_.ok()) failure_ = std::move(status);
  boost::asio::post(context_, [self = shared_from_this(), waiting = std::exchange(waiting_, {}),
                               ready = std::exchange(on_ready_, nullptr)] {
    if (ready) ready(self->failure_);
    for (const Callback& callback : waiting) callback(self->failure_);
  });
}

}  // namespace hearth
