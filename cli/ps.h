#pragma once

// `hearth ps`: lists the processes of functions of a running hearth, through hearth.v1.Operations.
//
//   FUNCTION  INSTANCE  PID    STATE     START     SERVED  IN FLIGHT  AGE    IDLE  MEMORY  CPU
//   hello     -         41207  template  -              -          -  -      -      48 MB  21 ms
//   hello     hello-1   41211  ready     zygote        12          0  1m12s  3s     49 MB  40 ms
//
// With --json, one object per line: {"function", "version", "instance", "pid", "state", "start", "served", "in_flight",
// "age_ms", "idle_ms", "resident_bytes", "cpu_ms"}, where idle_ms is there for instances that are ready or frozen, and
// pid once there is a process; template processes have the state "template", function, pid, resident_bytes and cpu_ms.

#include <string>

#include "cli/client.h"

namespace CLI {
class App;
}

namespace hearth {

struct PsArguments {
  std::string function;  // empty: all
  std::string grpc = kDefaultGrpc;
  bool json = false;
};

void AddPsOptions(CLI::App& verb, PsArguments& arguments);

// Returns an ExitCode: kExitOk, also if there is no instance; kExitUnreachable; kExitUnknownFunction.
int RunPs(const PsArguments& arguments);

}  // namespace hearth
