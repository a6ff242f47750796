#include "isolate_pool/pool/template_process.h"

#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "isolate_pool/pool/keeper.h"

namespace hearth {
namespace {

// The template's own number for it is that of another pid namespace, and its word; a child of ours is what counts.
// 0: it is none.
pid_t ChildOf(int pidfd) {
  siginfo_t ignored{};
  if (waitid(P_PIDFD, static_cast<id_t>(pidfd), &ignored, WEXITED | WNOHANG | WNOWAIT) != 0) return 0;
  std::ifstream info(StrCat("/proc/self/fdinfo/", pidfd));
  pid_t pid = 0;
  for (std::string word; info >> word;) {
    if (word == "Pid:" && info >> pid) break;
  }
  return pid;
}

}  // namespace

TemplateProcess::TemplateProcess(boost::asio::io_context& context, Launched process, ScopedFd control,
                                 std::function<void()> on_lost)
    : context_(context),
      pid_(process.pid),
      keeper_(std::move(process.keeper)),
      pidfd_(context, process.pidfd.Release()),
      channel_(context, std::move(control), nullptr, nullptr) {
  channel_.SetReady();
  pidfd_.async_wait(pidfd_.wait_read, [on_lost = std::move(on_lost)](boost::system::error_code error) {
    if (!error) on_lost();
  });
}

TemplateProcess::~TemplateProcess() {
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  for (Request& request : std::exchange(*waiting_, {})) {
    request.callback(absl::UnavailableError("the template is gone"));
  }
}

void TemplateProcess::Launch(LaunchDescriptors descriptors, Callback callback) {
  if (!use_namespaces_) return Fork({std::move(descriptors), std::move(callback)}, nullptr);
  waiting_->push_back({std::move(descriptors), std::move(callback)});
  // Given in the order in which they were asked for.
  keeper_->Take([this, alive = std::weak_ptr(waiting_)](absl::StatusOr<ForkNamespaces> namespaces) {
    const auto waiting = alive.lock();
    if (waiting == nullptr || waiting->empty()) return;
    Request request = std::move(waiting->front());
    waiting->pop_front();
    if (namespaces.ok()) {
      request.descriptors.namespaces = std::move(namespaces->descriptors);
      return Fork(std::move(request), std::move(namespaces->user));
    }
    boost::asio::post(context_,
                      [callback = std::move(request.callback), status = namespaces.status()] { callback(status); });
  });
}

void TemplateProcess::Fork(Request request, std::shared_ptr<void> user) {
  channel_.Launch(std::move(request.descriptors),
                  [keeper = keeper_, user = std::move(user),
                   callback = std::move(request.callback)](absl::StatusOr<Launched> launched) {
                    if (!launched.ok()) return callback(std::move(launched));
                    launched->pid = ChildOf(launched->pidfd.get());
                    launched->keeper = keeper;
                    launched->user = user;
                    if (launched->pid <= 1) return callback(absl::UnavailableError("the template has forked nothing"));
                    callback(std::move(launched));
                  });
}

}  // namespace hearth
