#include "isolate_pool/pool/launcher.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/strings.h"

namespace hearth {

absl::Status MakeWires(Wires* ours, LaunchDescriptors* theirs) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return absl::ResourceExhaustedError(StrCat("socketpair: ", std::strerror(errno)));
  }
  ours->channel.Reset(pair[0]);
  theirs->channel.Reset(pair[1]);
  const auto make_pipe = [&pair](ScopedFd* read_end, ScopedFd* write_end) {
    if (pipe2(pair, O_CLOEXEC) != 0) return false;
    read_end->Reset(pair[0]);
    write_end->Reset(pair[1]);
    // Only our end must not block; the instance's is a file of its own.
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    return true;
  };
  if (!make_pipe(&ours->standard_output, &theirs->standard_output) ||
      !make_pipe(&ours->standard_error, &theirs->standard_error)) {
    return absl::ResourceExhaustedError(StrCat("pipe: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace hearth
