#pragma once

// The invoker's side of a keeper (isolate_pool/zygote/keeper.h): the process that makes the namespaces of a template's
// forks, and with which all of them end.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "isolate_pool/channel/scoped_fd.h"
#include "proto/hearth/internal/zygote.pb.h"

namespace hearth {

// What one fork of a template enters. Destroy it when the fork has been waited for: that ends what it has left behind, and
// frees its user. Keeps the keeper.
struct ForkNamespaces {
  std::vector<ScopedFd> descriptors;  // for ForkRequest; closed once they are sent
  std::shared_ptr<void> user;         // of sandbox::UserIds
};

// Policy::user and Policy::owner.
struct TemplateUsers {
  uint32_t user = 0;
  uint32_t owner = 0;
};

// Core's thread only. Whoever needs the pid namespace holds this; with the last holder its processes end.
//
// One set of namespaces is made ahead, so that a fork need not wait; the next one a moment after it was taken.
class Keeper final : public std::enable_shared_from_this<Keeper> {
 public:
  static constexpr std::chrono::milliseconds kRefillDelay{2};
  using Callback = std::function<void(absl::StatusOr<ForkNamespaces>)>;

  Keeper(boost::asio::io_context& context, pid_t pid, ScopedFd pidfd, ScopedFd control);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Once, when the template is in its sandbox; see KeeperRequest.Enter. The users, of sandbox::UserIds, are this object's
  // from then on. `ready` is called later, when there are namespaces, or with the reason why there are none.
  void Enter(TemplateUsers users, uint64_t tmp_bytes, const std::vector<std::string>& shown,
             std::function<void(absl::Status)> ready);
  // After `ready` has been called with Ok. Called back at once if there is one in stock, else later, in order; not at all
  // once this object is gone.
  void Take(Callback callback);

 private:
  struct Pending {
    enum class Kind { kEnter, kMake, kKill };
    Kind kind;
    uint32_t user = 0;
  };

  struct Made {
    std::vector<ScopedFd> descriptors;
    uint32_t user = 0;
  };

  ForkNamespaces Give(Made made);
  void Send(const internal::KeeperRequest& request, Pending pending);
  void Flush();
  void Make();
  void Refill();
  void FreeUser(uint32_t user);
  void ReadNext();
  void OnReadable();
  void OnReply(const internal::KeeperReply& reply, std::vector<ScopedFd> descriptors);
  void Fail(absl::Status status);

  boost::asio::io_context& context_;
  const pid_t pid_;
  boost::asio::posix::stream_descriptor pidfd_;
  boost::asio::posix::stream_descriptor control_;
  boost::asio::steady_timer refill_;
  std::function<void(absl::Status)> on_ready_;
  std::deque<Pending> pending_;       // requests without a reply yet
  std::deque<std::string> outgoing_;  // of them, those that the keeper has no room for yet
  bool writing_ = false;
  size_t making_ = 0;
  std::optional<Made> stock_;
  std::deque<Callback> waiting_;
  std::vector<uint32_t> users_;  // all that are in use
  absl::Status failure_;         // final
};

}  // namespace hearth
