#include "cli/evict.h"

#include <iostream>

#include <CLI/CLI.hpp>

#include "base/strings.h"
#include "cli/exit_code.h"
#include "hearth/v1/operations.grpc.pb.h"

namespace hearth {
namespace {

std::string Counted(uint32_t count, std::string_view noun) { return StrCat(count, " ", noun, count == 1 ? "" : "s"); }

}  // namespace

void AddEvictOptions(CLI::App& verb, EvictArguments& arguments) {
  CLI::Option* const name = verb.add_option("NAME", arguments.function, "The function whose instances to end");
  verb.add_flag("--all", arguments.all, "The instances of all functions")->excludes(name);
  verb.add_flag("--templates", arguments.templates, "Drop the templates, too: the next start initialises anew");
  verb.add_option("--grpc", arguments.grpc, "Where hearth listens for gRPC")->capture_default_str();
  verb.add_flag("--json", arguments.json, "Print the counts as a JSON object");
}

std::string EvictedText(const EvictArguments& arguments, const v1::EvictResponse& response) {
  std::string text = Counted(response.instances(), "instance");
  if (!arguments.function.empty()) StrAppend(&text, " of ", Shown(arguments.function));
  text += " evicted";
  if (response.busy() > 0) StrAppend(&text, ", ", response.busy(), " of them when done");
  if (arguments.templates) StrAppend(&text, "; ", Counted(response.templates(), "template"), " dropped");
  return text + "\n";
}

int RunEvict(const EvictArguments& arguments) {
  if (arguments.function.empty() && !arguments.all) {
    return ReportUsageError("nothing to evict: name a function, or pass --all");
  }
  v1::EvictRequest request;
  request.set_function(arguments.function);
  request.set_all(arguments.all);
  request.set_templates(arguments.templates);
  v1::EvictResponse response;
  grpc::ClientContext context;
  const grpc::Status status = v1::Operations::NewStub(Connect(arguments.grpc))->Evict(&context, request, &response);
  if (!status.ok()) return ReportCallError(status, arguments.grpc, arguments.json);
  if (arguments.json) {
    std::cout << "{\"instances\":" << response.instances() << ",\"busy\":" << response.busy()
              << ",\"templates\":" << response.templates() << "}\n";
  } else {
    std::cout << EvictedText(arguments, response);
  }
  return kExitOk;
}

}  // namespace hearth
