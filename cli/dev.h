#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "isolate_pool/pool/zygote_launcher.h"
#include "isolate_pool/sandbox/policy.h"

namespace hearth {

struct DevArguments {
  std::vector<std::string> paths;  // default: the current folder
  std::string config;              // the host's configuration (emulator/dev/host_config.h); none if empty
  std::string host = "127.0.0.1";
  uint16_t port = 8080;
  uint16_t grpc_port = 50051;
  uint16_t admin_port = 9464;
  std::optional<sandbox::Mode> sandbox;  // what each function's configuration says, if empty
  size_t stems = 2;
  ZygoteRotation rotation;
  bool json = false;
  LogFormat log_format = LogFormat::kText;
};

// `hearth dev`: serves the functions at the paths until SIGINT or SIGTERM. Returns an ExitCode.
int RunDev(const DevArguments& arguments);

}  // namespace hearth
