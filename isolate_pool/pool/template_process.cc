#include "isolate_pool/pool/template_process.h"

#include <signal.h>
#include <sys/wait.h>

#include <utility>

namespace hearth {

TemplateProcess::TemplateProcess(boost::asio::io_context& context, Launched process, ScopedFd control,
                                 std::function<void()> on_lost)
    : pid_(process.pid),
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
  waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), nullptr, WEXITED);
}

}  // namespace hearth
