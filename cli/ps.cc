#include "cli/ps.h"

#include <iostream>

#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "cli/exit_code.h"
#include "cli/ps_report.h"
#include "hearth/v1/operations.grpc.pb.h"

namespace hearth {

void AddPsOptions(CLI::App& verb, PsArguments& arguments) {
  verb.add_option("FUNCTION", arguments.function, "Only the processes of this function");
  verb.add_option("--grpc", arguments.grpc, "Where hearth listens for gRPC")->capture_default_str();
  verb.add_flag("--json", arguments.json, "Print one JSON object per line");
}

int RunPs(const PsArguments& arguments) {
  v1::ListInstancesRequest request;
  request.set_function(arguments.function);
  v1::ListInstancesResponse response;
  grpc::ClientContext context;
  const grpc::Status status =
      v1::Operations::NewStub(Connect(arguments.grpc))->ListInstances(&context, request, &response);
  if (!status.ok()) return ReportCallError(status, arguments.grpc, arguments.json);
  if (arguments.json) {
    std::cout << InstancesJson(response);
  } else if (const std::string text = InstancesText(response); !text.empty()) {
    std::cout << text;
  } else {
    std::cout << (arguments.function.empty() ? "no instances" : StrCat("no instances of ", Shown(arguments.function)))
              << "\n";
  }
  return kExitOk;
}

}  // namespace hearth
