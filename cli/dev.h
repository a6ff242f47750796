#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace hearth {

struct DevArguments {
  std::vector<std::string> paths;  // default: the current folder
  std::string host = "127.0.0.1";
  uint16_t port = 8080;
  uint16_t grpc_port = 50051;
  uint16_t admin_port = 9464;
  bool json = false;
  LogFormat log_format = LogFormat::kText;
};

// `hearth dev`: serves the functions at the paths until SIGINT or SIGTERM. Returns an ExitCode.
int RunDev(const DevArguments& arguments);

}  // namespace hearth
