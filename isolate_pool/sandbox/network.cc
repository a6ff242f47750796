#include "isolate_pool/sandbox/network.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "isolate_pool/sandbox/errors.h"

namespace hearth::sandbox {

std::string LeaveNetwork() {
  if (unshare(CLONE_NEWNET) != 0) return SystemError("unshare(CLONE_NEWNET)");
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return SystemError("socket");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const std::string error = ioctl(socket, SIOCSIFFLAGS, &request) == 0 ? "" : SystemError("bringing loopback up");
  close(socket);
  return error;
}

}  // namespace hearth::sandbox
