#include "cli/invoke.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "absl/status/statusor.h"
#include "base/strings.h"
#include "base/units.h"
#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/invoke_report.h"
#include "grpcpp/grpcpp.h"
#include "hearth/v1/invoker.grpc.pb.h"

namespace hearth {
namespace {

using std::chrono::milliseconds;

void Print(std::FILE* stream, std::string_view text) { std::fwrite(text.data(), 1, text.size(), stream); }

// Standard error is for people, standard output for whatever comes after the pipe.
int PrintResponse(const v1::InvokeResponse& response, bool json) {
  if (json) {
    Print(stdout, ResponseJson(response) + "\n");
  } else {
    Print(stdout, response.payload());
    if (isatty(STDOUT_FILENO) != 0 && !response.payload().empty() && response.payload().back() != '\n') {
      Print(stdout, "\n");
    }
    std::fflush(stdout);
    Print(stderr, ResponseText(response, UseColours(STDERR_FILENO)));
  }
  return response.outcome() == v1::OUTCOME_OK ? kExitOk : kExitFailed;
}

// The whole of a file, or of standard input.
absl::StatusOr<std::string> ReadAll(const std::string& path) {
  const bool is_stdin = path == "-";
  const auto close = [](std::FILE* file) {
    if (file != stdin) std::fclose(file);
  };
  const std::unique_ptr<std::FILE, decltype(close)> file(is_stdin ? stdin : std::fopen(path.c_str(), "rb"), close);
  const auto failed = [&] {
    const std::string name = is_stdin ? "standard input" : path;
    return absl::NotFoundError(
        StrCat("cannot read ", name, ": ", std::string_view(std::strerror(errno)), " (--event)"));
  };
  if (file == nullptr) return failed();
  std::string bytes;
  char buffer[64 << 10];
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, file.get())) bytes.append(buffer, count);
  if (std::ferror(file.get()) != 0) return failed();
  return bytes;
}

}  // namespace

void AddInvokeOptions(CLI::App& verb, InvokeArguments& arguments) {
  verb.add_option("NAME", arguments.function, "The function")->required();
  CLI::Option* const data = verb.add_option("--data", arguments.data, "The event as JSON, or the request's body");
  verb.add_option("--event", arguments.event_file, "Read it from a file, - for standard input")->excludes(data);
  verb.add_option("--grpc", arguments.grpc, "Where hearth listens for gRPC")->capture_default_str();
  verb.add_option("--timeout", arguments.timeout, "Give up after this time: 500ms, 3s, 2m");
  verb.add_flag("--json", arguments.json, "Print result, figures and log as one JSON object");
}

int RunInvoke(const InvokeArguments& arguments) {
  v1::InvokeRequest request;
  request.set_function(arguments.function);
  request.set_log_tail(true);
  if (arguments.data) {
    request.set_payload(*arguments.data);
  } else if (!arguments.event_file.empty()) {
    absl::StatusOr<std::string> bytes = ReadAll(arguments.event_file);
    if (!bytes.ok()) return ReportUsageError(std::string(bytes.status().message()));
    request.set_payload(*std::move(bytes));
  }

  grpc::ClientContext context;
  if (!arguments.timeout.empty()) {
    const absl::StatusOr<milliseconds> timeout = ParseDuration(arguments.timeout, {.min = milliseconds(1)});
    if (!timeout.ok()) return ReportUsageError(StrCat("--timeout: ", std::string(timeout.status().message())));
    context.set_deadline(std::chrono::system_clock::now() + *timeout);
  }
  v1::InvokeResponse response;
  const grpc::Status status = v1::Invoker::NewStub(Connect(arguments.grpc))->Invoke(&context, request, &response);
  if (!status.ok()) return ReportCallError(status, arguments.grpc, arguments.json, arguments.timeout);
  return PrintResponse(response, arguments.json);
}

}  // namespace hearth
