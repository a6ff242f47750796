// The least that a server can do, as the yardstick of the generator: one thread, one epoll, every request gets the same
// 13 bytes, whatever it asks. Requests have no body.
//
//   trivial_server [PORT]     prints "listening on 127.0.0.1:PORT"; ends at the end of its standard input or by a signal

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

void Watch(int epoll, int fd) {
  epoll_event event{EPOLLIN, {.fd = fd}};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
}

void Accept(int epoll, int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Watch(epoll, fd);
}

// Answers what is there. False at the end of the connection.
bool Serve(int fd, std::string& kept) {
  char buffer[16 << 10];
  const ssize_t size = recv(fd, buffer, sizeof buffer, 0);
  if (size <= 0) return false;
  std::string_view input(buffer, static_cast<size_t>(size));
  if (!kept.empty()) input = kept.append(input);
  std::string answers;
  size_t count = 0;
  for (size_t end = input.find(kHeadEnd); end != std::string_view::npos; end = input.find(kHeadEnd)) {
    input.remove_prefix(end + kHeadEnd.size());
    if (++count > 1) answers.append(kAnswer);
  }
  if (count == 1) {
    send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
  } else if (count > 1) {
    answers.append(kAnswer);
    send(fd, answers.data(), answers.size(), MSG_NOSIGNAL);
  }
  kept = std::string(input);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) Die("bind");
  if (listen(listener, SOMAXCONN) != 0) Die("listen");
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  std::fflush(stdout);

  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Watch(epoll, listener);
  // A file cannot be watched, and has no end that means anything.
  epoll_event input{EPOLLIN, {.fd = STDIN_FILENO}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input);
  std::unordered_map<int, std::string> kept;
  while (true) {
    epoll_event events[256];
    const int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == STDIN_FILENO) {
        char byte;
        if (read(fd, &byte, 1) <= 0) return 0;
      } else if (fd == listener) {
        Accept(epoll, listener);
      } else if (!Serve(fd, kept[fd])) {
        kept.erase(fd);
        close(fd);
      }
    }
  }
}
