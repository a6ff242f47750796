#include "isolate_pool/channel/frame.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <vector>

#include "isolate_pool/channel/scoped_fd.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {
namespace {

std::string Frame(std::string_view payload) {
  internal::ToInstance message;
  message.mutable_invocation()->set_payload(std::string(payload));
  return EncodeFrame(message);
}

std::string PayloadOf(std::string_view frame) {
  internal::ToInstance message;
  EXPECT_TRUE(message.ParseFromArray(frame.data(), static_cast<int>(frame.size())));
  return message.invocation().payload();
}

TEST(FrameTest, FramesSurviveAnyFragmentation) {
  std::mt19937 random(7);
  std::string stream;
  std::vector<std::string> sent;
  for (size_t size : {0u, 1u, 3u, 4u, 5u, 100u, 70000u, 2u}) {
    sent.emplace_back(size, static_cast<char>('a' + size % 26));
    stream += Frame(sent.back());
  }
  for (int round = 0; round < 50; ++round) {
    FrameDecoder decoder(1 << 20);
    std::vector<std::string> received;
    for (size_t at = 0; at < stream.size();) {
      const size_t step = std::min<size_t>(stream.size() - at, 1 + random() % (round % 2 ? 5000 : 9));
      decoder.Append(std::string_view(stream).substr(at, step));
      at += step;
      while (auto frame = decoder.Next()) received.push_back(PayloadOf(*frame));
    }
    EXPECT_EQ(received, sent);
    EXPECT_EQ(decoder.buffered(), 0u);
  }
}

TEST(FrameTest, TooLongAFrameIsRefusedOnItsHeaderAlone) {
  FrameDecoder decoder(1000);
  decoder.Append(std::string_view("\xe9\x03\x00\x00", 4));  // announces 1001 bytes
  EXPECT_EQ(decoder.Next(), std::nullopt);
  EXPECT_TRUE(decoder.failed());
  decoder.Append(std::string(4096, 'x'));
  EXPECT_EQ(decoder.buffered(), 4u) << "nothing more is kept after a failure";
}

TEST(FrameTest, DescriptorsTravelWithTheirFrame) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  ScopedFd left(pair[0]), right(pair[1]);
  int pipe_ends[2];
  ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  ScopedFd read_end(pipe_ends[0]), write_end(pipe_ends[1]);

  const int fds[] = {write_end.get()};
  ASSERT_TRUE(SendBlocking(left.get(), Frame("with a descriptor"), fds));
  char buffer[512];
  int received_fds[kMaxFds];
  size_t count = 0;
  const ssize_t size = ReceiveWithFds(right.get(), buffer, 0, received_fds, &count);
  ASSERT_GT(size, 0);
  ASSERT_EQ(count, 1u);
  ScopedFd received(received_fds[0]);
  EXPECT_TRUE(fcntl(received.get(), F_GETFD) & FD_CLOEXEC);
  ASSERT_EQ(write(received.get(), "x", 1), 1);
  char byte = 0;
  ASSERT_EQ(read(read_end.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

TEST(FrameTest, SendingToAClosedPeerFailsWithoutASignal) {
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  ScopedFd left(pair[0]);
  close(pair[1]);
  EXPECT_FALSE(SendBlocking(left.get(), "x"));
  EXPECT_EQ(errno, EPIPE);
}

}  // namespace
}  // namespace hearth
