#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "absl/status/status.h"
#include "isolate_pool/pool/launcher.h"

namespace hearth {

// Where the engine's files are.
struct EnginePaths {
  std::string node;     // the Node binary
  std::string isolate;  // libisolate.so
};

// Finds them: $HEARTH_ENGINE_DIR, else ../lib/hearth beside this program's folder (installed), else Bazel's runfiles.
// NotFound names the places that were searched.
absl::StatusOr<EnginePaths> FindEngine();

// Starts instances by asking the zygote, a process that it starts and owns.
//
// Core's thread only, and that thread must live as long as the process: the kernel ties the instances' parent-death
// signal to it.
class ZygoteLauncher final : public Launcher {
 public:
  struct Info {
    std::string node_version;
    std::string v8_version;
    std::chrono::microseconds boot_time{};
  };

  explicit ZygoteLauncher(boost::asio::io_context& context);
  ~ZygoteLauncher() override;

  // Starts the zygote. `ready` is called once: when it can fork, or with the reason why it cannot. Launches asked for
  // before then wait.
  void Start(const EnginePaths& paths, std::function<void(absl::Status)> ready);
  // Called when the zygote ends by itself after it was ready.
  void OnLost(std::function<void(absl::Status)> callback) { on_lost_ = std::move(callback); }
  void Stop();

  const Info& info() const { return info_; }
  pid_t pid() const { return pid_; }

  void Launch(LaunchDescriptors descriptors, Callback callback) override;

 private:
  struct Request {
    LaunchDescriptors descriptors;  // kept until sent
    Callback callback;
  };

  void ReadNext();
  void OnReadable();
  void SendQueued();
  void Lost(absl::Status status);

  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor control_;
  pid_t pid_ = -1;
  Info info_;
  std::function<void(absl::Status)> on_ready_;
  std::function<void(absl::Status)> on_lost_;
  absl::Status state_ = absl::UnavailableError("the zygote has not been started");
  uint64_t next_id_ = 0;
  bool ready_ = false;
  bool writing_ = false;
  std::deque<Request> queued_;
  std::deque<Callback> sent_;
};

}  // namespace hearth
