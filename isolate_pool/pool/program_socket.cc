#include "isolate_pool/pool/program_socket.h"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace hearth {
namespace {

constexpr int kBacklog = 64;

// Owned by this user, and closed to everybody else.
bool IsPrivate(const std::string& folder) {
  struct stat status{};
  return lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
         (status.st_mode & 077) == 0;
}

bool Address(const std::string& path, sockaddr_un* address) {
  *address = {};
  address->sun_family = AF_UNIX;
  if (path.size() >= sizeof address->sun_path) return false;
  std::memcpy(address->sun_path, path.c_str(), path.size() + 1);
  return true;
}

// Sockets of hearths that were killed. One that is about to be listened on is younger than this.
void RemoveLeftovers(const std::string& folder) {
  constexpr time_t kAgeSeconds = 60;
  DIR* const directory = opendir(folder.c_str());
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    const std::string path = folder + "/" + entry->d_name;
    struct stat status{};
    sockaddr_un address;
    if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode) || !Address(path, &address)) continue;
    if (time(nullptr) - status.st_ctime < kAgeSeconds) continue;
    const ScopedFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
        errno == ECONNREFUSED) {
      unlink(path.c_str());
    }
  }
  closedir(directory);
}

ScopedFd ConnectTo(const std::string& path) {
  sockaddr_un address;
  if (!Address(path, &address) || !IsPrivate(path.substr(0, path.rfind('/')))) return ScopedFd();
  ScopedFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return ScopedFd();
  Peer peer;
  if (!PeerOf(socket.get(), &peer) || peer.uid != geteuid()) return ScopedFd();
  return socket;
}

}  // namespace

bool PeerOf(int socket, Peer* peer) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return false;
  *peer = {credentials.pid, credentials.uid};
  return true;
}

std::vector<std::string> ProgramSocketPaths(uint16_t grpc_port) {
  const std::string name = "/exec-" + std::to_string(grpc_port) + ".sock";
  std::vector<std::string> paths;
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/') {
    paths.push_back(std::string(runtime) + "/hearth" + name);
  }
  paths.push_back("/tmp/hearth-" + std::to_string(geteuid()) + name);
  return paths;
}

ScopedFd ListenForPrograms(uint16_t grpc_port, std::string* path, std::string* error) {
  for (const std::string& candidate : ProgramSocketPaths(grpc_port)) {
    const std::string folder = candidate.substr(0, candidate.rfind('/'));
    sockaddr_un address;
    if (!Address(candidate, &address)) {
      *error = candidate + " is too long for a socket's path";
      continue;
    }
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      *error = folder + " cannot be made: " + std::strerror(errno);
      continue;
    }
    if (!IsPrivate(folder)) {
      *error = folder + " is not a folder of this user's alone (mode 0700)";
      continue;
    }
    RemoveLeftovers(folder);
    ScopedFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // The gRPC port is this hearth's, so a socket of that number is one that was left behind.
    unlink(candidate.c_str());
    if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        chmod(candidate.c_str(), 0600) != 0 || listen(socket.get(), kBacklog) != 0) {
      *error = candidate + " cannot be listened on: " + std::strerror(errno);
      continue;
    }
    *path = candidate;
    return socket;
  }
  return ScopedFd();
}

ScopedFd ConnectForPrograms(uint16_t grpc_port) {
  for (const std::string& path : ProgramSocketPaths(grpc_port)) {
    if (ScopedFd socket = ConnectTo(path); socket.valid()) return socket;
  }
  return ScopedFd();
}

}  // namespace hearth
