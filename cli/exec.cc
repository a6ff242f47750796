#include "cli/exec.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/exec_client.h"
#include "cli/exit_code.h"
#include "isolate_pool/pool/program_server.h"
#include "isolate_pool/pool/program_socket.h"

namespace hearth {
namespace {

// A server for this one program. It needs the main thread (ZygoteProcess), so the client gets another.
ExecClient::Result RunAlone(ExecClient& client) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return {kExitFailed, StrCat("socketpair: ", std::strerror(errno))};
  }
  const ScopedFd ours(pair[0]);
  boost::asio::io_context context(1);
  ProgramServer server(context, true);
  server.Serve(ScopedFd(pair[1]));
  ExecClient::Result result;
  std::thread thread([&] {
    result = client.Run(ours.get(), "a Node of its own");
    boost::asio::post(context, [&] { context.stop(); });
  });
  const auto work = boost::asio::make_work_guard(context);
  context.run();
  thread.join();
  server.Stop();
  return result;
}

}  // namespace

int RunExec(const std::vector<std::string>& words) {
  const ExecArguments arguments = ParseExec(words);
  if (!arguments.error.empty()) return ReportUsageError(arguments.error);
  if (arguments.help) {
    std::cout << kExecHelp;
    return kExitOk;
  }
  const uint16_t port = LocalPort(arguments.grpc).value_or(0);
  ExecClient client(arguments);
  const ScopedFd hearth = ConnectForPrograms(port);
  const ExecClient::Result result =
      hearth.valid() ? client.Run(hearth.get(), StrCat("the hearth of port ", port)) : RunAlone(client);
  if (!result.error.empty()) std::cerr << ErrorText(result.error, UseColours(2));
  return result.exit_code;
}

}  // namespace hearth
