#include "isolate_pool/channel/frame.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

namespace hearth {

void FrameDecoder::Append(std::string_view bytes) {
  if (failed_) return;
  if (consumed_ > 0) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  buffer_.append(bytes);
}

std::optional<std::string_view> FrameDecoder::Next() {
  const std::string_view rest = std::string_view(buffer_).substr(consumed_);
  if (failed_ || rest.size() < kFrameHeaderBytes) return std::nullopt;
  size_t size = 0;
  for (size_t i = 0; i < kFrameHeaderBytes; ++i) size |= static_cast<size_t>(static_cast<uint8_t>(rest[i])) << (8 * i);
  if (size > max_frame_bytes_) {
    failed_ = true;
    return std::nullopt;
  }
  if (rest.size() < kFrameHeaderBytes + size) return std::nullopt;
  consumed_ += kFrameHeaderBytes + size;
  return rest.substr(kFrameHeaderBytes, size);
}

bool SendBlocking(int socket, std::string_view bytes, std::span<const int> fds) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFds)] = {};
  while (true) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
      message.msg_control = control;
      message.msg_controllen = CMSG_SPACE(fds.size_bytes());
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(fds.size_bytes());
      std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
    }
    const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return false;
      pollfd writable{.fd = socket, .events = POLLOUT, .revents = 0};
      if (poll(&writable, 1, -1) < 0 && errno != EINTR) return false;
      continue;
    }
    fds = {};
    bytes.remove_prefix(static_cast<size_t>(sent));
    if (bytes.empty()) return true;
  }
}

ssize_t ReceiveWithFds(int socket, std::span<char> buffer, int flags, int (&fds)[kMaxFds], size_t* fd_count) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMaxFds)];
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  *fd_count = 0;
  ssize_t received;
  do {
    received = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received < 0) return received;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count && *fd_count < kMaxFds; ++i) {
      std::memcpy(&fds[(*fd_count)++], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
    }
  }
  return received;
}

}  // namespace hearth
