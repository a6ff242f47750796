#pragma once

// Frames on a stream socket: a 4-byte little-endian length, then that many bytes (one Protobuf message). Descriptors may
// travel with a frame (SCM_RIGHTS). Both ends of the channel between the invoker and an instance use this; no V8 here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hearth {

inline constexpr size_t kFrameHeaderBytes = 4;
// Largest frame that an instance accepts from the invoker: the largest request limit of the event lane (1 GiB) plus
// head-room for the envelope. The other way, the invoker accepts what limits.response allows.
inline constexpr size_t kMaxFrameBytes = (1u << 30) + (1u << 20);

// A frame ready to be written, header and message, behind what is in `out`.
template <typename Message>
void AppendFrame(const Message& message, std::string* out) {
  const size_t size = message.ByteSizeLong();
  const size_t start = out->size();
  out->resize(start + kFrameHeaderBytes + size);
  char* const frame = out->data() + start;
  for (size_t i = 0; i < kFrameHeaderBytes; ++i) frame[i] = static_cast<char>(size >> (8 * i));
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(frame + kFrameHeaderBytes));
}

template <typename Message>
std::string EncodeFrame(const Message& message) {
  std::string out;
  AppendFrame(message, &out);
  return out;
}

// Cuts a byte stream into frames. Feed it what was read, then take frames until there is none.
//
//   decoder.Append(bytes);
//   while (auto frame = decoder.Next()) Handle(*frame);
//   if (decoder.failed()) …        // the peer broke the protocol: close the channel
//
// Invariant: a frame longer than `max_frame_bytes` is refused on its header alone.
class FrameDecoder {
 public:
  explicit FrameDecoder(size_t max_frame_bytes) : max_frame_bytes_(max_frame_bytes) {}

  void Append(std::string_view bytes);
  // The next whole frame, without its header; valid until the next call of Append. Empty if more bytes are needed, or
  // after a failure.
  std::optional<std::string_view> Next();
  // A frame was announced that is too long. Final.
  bool failed() const { return failed_; }
  // Bytes that wait for the rest of their frame.
  size_t buffered() const { return buffer_.size() - consumed_; }

 private:
  const size_t max_frame_bytes_;
  std::string buffer_;
  size_t consumed_ = 0;
  bool failed_ = false;
};

// Writes all of `bytes`, however long that takes, with `fds` attached to the first byte. False on error (errno is set).
// Never raises SIGPIPE.
bool SendBlocking(int socket, std::string_view bytes, std::span<const int> fds = {});

// Most descriptors that travel with one message.
inline constexpr size_t kMaxFds = 6;

// One recvmsg; the descriptors that came along are appended close-on-exec to `fds` (at most kMaxFds).
// Returns what recvmsg returns: bytes read, 0 at end of file, -1 with errno.
ssize_t ReceiveWithFds(int socket, std::span<char> buffer, int flags, int (&fds)[kMaxFds], size_t* fd_count);

}  // namespace hearth
