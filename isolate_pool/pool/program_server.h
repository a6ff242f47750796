#pragma once

// Runs programs for `hearth exec`: each of its connections is one program (ToProgramServer in instance.proto).
//
//   ProgramServer programs(context);
//   if (absl::Status status = programs.Listen(50051); !status.ok()) …     // hearth exec then boots a zygote of its own
//
// A client is served if it runs as the same user and is no descendant of this process, programs and what they start
// excepted: a function must not leave its sandbox this way. When a client goes away, its program is killed.
//
// Programs are forked from a zygote of their own that is prepared for no sandbox; it is booted for the first program.

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "absl/status/status.h"
#include "isolate_pool/channel/scoped_fd.h"
#include "isolate_pool/pool/launcher.h"

namespace hearth {

class ZygoteLauncher;

// Core's thread only, which must live as long as the process (see ZygoteProcess).
class ProgramServer {
 public:
  // `one_program`: there will be only one, so its zygote does without the warm-up.
  explicit ProgramServer(boost::asio::io_context& context, bool one_program = false);
  // Stops.
  ~ProgramServer();

  // At the place that belongs to this gRPC port (program_socket.h). Unavailable if there is none that is safe.
  absl::Status Listen(uint16_t grpc_port);
  // Serves one client that is connected already, whoever it is.
  void Serve(ScopedFd connection);
  // Kills all programs, waits until they are gone, and removes the socket.
  void Stop();

 private:
  class Connection;

  void Accept();
  bool MayConnect(int socket) const;
  absl::Status EnsureZygote();
  void Remove(Connection* connection);

  boost::asio::io_context& context_;
  const bool one_program_;
  boost::asio::posix::stream_descriptor listener_;
  std::string path_;
  std::shared_ptr<ZygoteLauncher> zygote_;
  std::list<std::shared_ptr<Connection>> connections_;
};

}  // namespace hearth
