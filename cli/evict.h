#pragma once

// `hearth evict`: ends instances of a running hearth, so that the next invocation is a cold start.
//
//   hearth evict hello                 // 2 instances of hello evicted
//   hearth evict --all --templates     // 5 instances evicted, 1 of them when done; 3 templates dropped
//
// With --json: {"instances": 5, "busy": 1, "templates": 3}.

#include <string>

#include "cli/client.h"
#include "hearth/v1/operations.pb.h"

namespace CLI {
class App;
}

namespace hearth {

struct EvictArguments {
  std::string function;
  bool all = false;
  bool templates = false;
  std::string grpc = kDefaultGrpc;
  bool json = false;
};

void AddEvictOptions(CLI::App& verb, EvictArguments& arguments);

// Returns an ExitCode: kExitOk, also if there was nothing to evict; kExitUsage; kExitUnreachable; kExitUnknownFunction.
int RunEvict(const EvictArguments& arguments);

// The line that is printed. Pure.
std::string EvictedText(const EvictArguments& arguments, const v1::EvictResponse& response);

}  // namespace hearth
