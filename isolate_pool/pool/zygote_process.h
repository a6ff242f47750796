#pragma once

// One zygote: a warm Node process that forks on request. Here is the invoker's side of it.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "isolate_pool/pool/fork_channel.h"
#include "isolate_pool/pool/launcher.h"
#include "isolate_pool/sandbox/policy.h"

namespace hearth {

// Where the engine's files are.
struct EnginePaths {
  std::string node;                                    // the Node binary
  std::string isolate;                                 // libisolate.so
  sandbox::Mode sandbox = sandbox::Mode::kBestEffort;  // what it prepares for its forks
  bool one_fork = false;                               // there will be only one; see kOneForkVariable
};

// Finds them: $HEARTH_ENGINE_DIR, else ../lib/hearth beside this program's folder (installed), else Bazel's runfiles.
// NotFound names the places that were searched.
absl::StatusOr<EnginePaths> FindEngine();

struct ZygoteInfo {
  std::string node_version;
  std::string v8_version;
  std::chrono::microseconds boot_time{};
  uint64_t hot_pages = 0;  // ZygoteReady.hot_pages
};

// From its start to its end; what comes after is ZygoteLauncher's business.
//
// Core's thread only, and that thread must live as long as the process: the kernel ties the instances' parent-death
// signal to it. Destroying this object kills the process; instances live on.
class ZygoteProcess final : public Launcher {
 public:
  explicit ZygoteProcess(boost::asio::io_context& context) : context_(context) {}
  ~ZygoteProcess() override;

  // `ready` is called when it can fork; instead of it or after it, `ended` with the reason, once. Both later.
  void Start(const EnginePaths& paths, std::function<void()> ready, std::function<void(absl::Status)> ended);

  pid_t pid() const { return pid_; }
  const ZygoteInfo& info() const { return info_; }
  uint64_t forks() const { return channel_->forks(); }
  // Launches that are not answered yet.
  bool busy() const { return channel_->busy(); }

  // After Start. Before it is ready, launches wait.
  void Launch(LaunchDescriptors descriptors, Callback callback) override;

 private:
  boost::asio::io_context& context_;
  pid_t pid_ = -1;
  ZygoteInfo info_;
  std::unique_ptr<ForkChannel> channel_;
};

}  // namespace hearth
