#pragma once

// Where a running hearth and `hearth exec` meet: a Unix socket beside the gRPC port, in a folder that only its user can
// enter. Nothing but POSIX, because the client must start fast.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "isolate_pool/channel/scoped_fd.h"

namespace hearth {

// $XDG_RUNTIME_DIR/hearth/exec-<port>.sock if that is set, then /tmp/hearth-<uid>/exec-<port>.sock: hearth listens at the
// first that it can, clients try both.
std::vector<std::string> ProgramSocketPaths(uint16_t grpc_port);

// A listening socket at the first of the paths whose folder is, or can be made, this user's alone; its path goes to
// *path. Invalid if there is none, with the reason in *error. A socket that nobody listens on any more is replaced.
ScopedFd ListenForPrograms(uint16_t grpc_port, std::string* path, std::string* error);

// Connects to the hearth whose gRPC port this is, if it runs as the same user. Invalid if there is none.
ScopedFd ConnectForPrograms(uint16_t grpc_port);

// The process at the other end.
struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
};
bool PeerOf(int socket, Peer* peer);

}  // namespace hearth
