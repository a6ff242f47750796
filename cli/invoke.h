#pragma once

// `hearth invoke`: runs a function of a running hearth once, through gRPC.
//
//   hearth invoke hello --data '{"name":"x"}'
//   hearth invoke hello --event event.json --timeout 3s
//   echo '{}' | hearth invoke hello --event - --json | jq .report
//
// The result goes to standard output as it is; what the function logged, its error and a line of figures go to standard
// error: `ok in 3.1 ms (zygote, init 2.4 ms), 41 MB`. With --json, standard output is one JSON object with all of it:
//
//   {"outcome": "ok", "payload": …, "http": {"status", "headers": [[name, value]]}, "error": {"type", "message", "stack"},
//    "report": {"request_id", "instance", "start", "queue_ms", "init_ms", "run_ms", "cpu_ms", "peak_memory_bytes"},
//    "log": "…"}
//
// where payload is the JSON that the function gave, text if it is not JSON, and payload_base64 stands instead if it is
// not even text; http is there for HTTP functions, error for failures. A call that never became an invocation gives
// {"error": {"type": "NOT_FOUND", "message"}}.

#include <optional>
#include <string>

#include "cli/client.h"

namespace CLI {
class App;
}

namespace hearth {

struct InvokeArguments {
  std::string function;
  std::optional<std::string> data;
  std::string event_file;  // "-": standard input
  std::string grpc = kDefaultGrpc;
  std::string timeout;  // "3s"; empty: none but the function's own
  bool json = false;
};

void AddInvokeOptions(CLI::App& verb, InvokeArguments& arguments);

// Returns an ExitCode: kExitOk; kExitFailed for any outcome but ok; kExitUsage also for a request that the function cannot
// take; kExitUnreachable; kExitUnknownFunction.
int RunInvoke(const InvokeArguments& arguments);

}  // namespace hearth
