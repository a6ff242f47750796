// hearth-exec: `hearth exec` as a program of its own, without the libraries that the other verbs need: what it saves is
// most of the time that the client takes. Without a running hearth, it hands over to `hearth exec`, beside it.

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "cli/exec_client.h"
#include "cli/exit_code.h"
#include "isolate_pool/pool/program_socket.h"

namespace {

int HandOver(char** argv) {
  char self[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof self);
  std::string program(self, size > 0 ? static_cast<size_t>(size) : 0);
  program = program.substr(0, program.rfind('/') + 1) + "hearth";
  std::vector<char*> words = {program.data(), const_cast<char*>("exec")};
  for (char** word = argv + 1; *word != nullptr; ++word) words.push_back(*word);
  words.push_back(nullptr);
  execv(program.c_str(), words.data());
  std::fprintf(stderr, "error: no hearth is running, and %s cannot be started: %s\n", program.c_str(),
               std::strerror(errno));
  return hearth::kExitFailed;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace hearth;
  const ExecArguments arguments = ParseExec(std::vector<std::string>(argv + 1, argv + argc));
  if (!arguments.error.empty() || arguments.help) return HandOver(argv);
  const uint16_t port = LocalPort(arguments.grpc).value_or(0);
  const ScopedFd connection = ConnectForPrograms(port);
  if (!connection.valid()) return HandOver(argv);
  ExecClient client(arguments);
  const ExecClient::Result result = client.Run(connection.get(), "the hearth of port " + std::to_string(port));
  if (!result.error.empty()) std::fprintf(stderr, "error: %s\n", result.error.c_str());
  return result.exit_code;
}
