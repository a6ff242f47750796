#pragma once

// The caller's side of `hearth exec`: hands its streams, signals, environment and working directory to a program, and
// ends as it ended. Nothing but POSIX and Protobuf's small library, for hearth-exec, which must start fast.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isolate_pool/channel/scoped_fd.h"

namespace hearth {

// What the command line says: hearth exec [--grpc HOST:PORT] [--stats] FILE [ARGS...]
struct ExecArguments {
  std::string grpc = "localhost:50051";
  bool stats = false;
  bool help = false;
  std::string file;
  std::vector<std::string> arguments;  // the program's
  std::string error;                   // not empty: what is wrong with the command line
};

// `words`: what follows `hearth exec`. Everything after FILE is the program's, options or not.
ExecArguments ParseExec(const std::vector<std::string>& words);
// The port of HOST:PORT, if the host is this machine.
std::optional<uint16_t> LocalPort(const std::string& grpc);

class ExecClient {
 public:
  // Takes the time and the state of the terminal; holds back the signals that are to be passed on, in this thread and in
  // all that it starts from now on.
  explicit ExecClient(const ExecArguments& arguments);

  struct Result {
    int exit_code = 0;  // the program's: its own, or 128 + the signal's number
    // Not empty: it did not run, or hearth was lost, and this is why.
    std::string error;
  };
  // Runs the program over this connection to a ProgramServer; `where` is for --stats.
  Result Run(int connection, const std::string& where);

 private:
  const ExecArguments& arguments_;
  const int64_t start_ns_;
  int signals_ = -1;
};

inline constexpr const char* kExecHelp =
    "Run a Node program in a process forked from a warm Node\n"
    "Usage: hearth exec [OPTIONS] FILE [ARGS...]\n\n"
    "Options:\n"
    "  -h,--help              Print this help message and exit\n"
    "  --grpc HOST:PORT       The hearth to run it in, by its gRPC port [localhost:50051]; without one there, a Node "
    "is\n"
    "                         booted for it\n"
    "  --stats                Print how it was started, and how long that took, to standard error\n\n"
    "Everything after FILE is the program's. Exit code: the program's, or 128 + the number of the signal that ended "
    "it;\n"
    "1 if it could not be run, 2 for wrong usage.\n";

}  // namespace hearth
