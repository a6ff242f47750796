#include "cli/exec_client.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "isolate_pool/channel/frame.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {
namespace {

constexpr size_t kMaxFrame = 64 << 10;
constexpr int kExitOfSignal = 128;
constexpr std::array kPassedOn = {SIGINT,  SIGTERM,  SIGHUP,  SIGQUIT, SIGUSR1, SIGUSR2,
                                  SIGALRM, SIGWINCH, SIGTSTP, SIGCONT, SIGPIPE};

int64_t Now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// What a program may change of its streams and leave behind, because the open file is its caller's, too.
class StreamState {
 public:
  StreamState() {
    for (int fd = 0; fd < kStreams; ++fd) {
      flags_[fd] = fcntl(fd, F_GETFL);
      terminal_[fd] = isatty(fd) != 0 && tcgetattr(fd, &attributes_[fd]) == 0;
    }
  }
  ~StreamState() {
    // From the background, setting a terminal would stop this process.
    sigset_t output;
    sigemptyset(&output);
    sigaddset(&output, SIGTTOU);
    sigprocmask(SIG_BLOCK, &output, nullptr);
    for (int fd = 0; fd < kStreams; ++fd) {
      if (flags_[fd] != -1 && fcntl(fd, F_GETFL) != flags_[fd]) fcntl(fd, F_SETFL, flags_[fd]);
      if (terminal_[fd]) tcsetattr(fd, TCSANOW, &attributes_[fd]);
    }
  }

 private:
  static constexpr int kStreams = 3;
  int flags_[kStreams];
  bool terminal_[kStreams];
  termios attributes_[kStreams]{};
};

std::string WorkingDirectory() {
  std::array<char, PATH_MAX> path;
  return getcwd(path.data(), path.size()) == nullptr ? "" : path.data();
}

// As Node does for a program of its own.
void OpenMissingStreams() {
  for (int fd = 0; fd < 3; ++fd) {
    if (fcntl(fd, F_GETFD) == -1) open("/dev/null", O_RDWR);
  }
}

}  // namespace

std::optional<uint16_t> LocalPort(const std::string& grpc) {
  const size_t colon = grpc.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  const std::string host = grpc.substr(0, colon);
  if (host != "localhost" && host != "[::1]" && host != "0.0.0.0" && host.rfind("127.", 0) != 0) return std::nullopt;
  char* end = nullptr;
  const unsigned long port = std::strtoul(grpc.c_str() + colon + 1, &end, 10);
  if (*end != '\0' || end == grpc.c_str() + colon + 1 || port == 0 || port > UINT16_MAX) return std::nullopt;
  return static_cast<uint16_t>(port);
}

ExecArguments ParseExec(const std::vector<std::string>& words) {
  ExecArguments arguments;
  size_t i = 0;
  for (; i < words.size() && words[i].size() > 1 && words[i][0] == '-'; ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      ++i;
      break;
    }
    if (word == "--stats") {
      arguments.stats = true;
    } else if (word == "-h" || word == "--help") {
      arguments.help = true;
      return arguments;
    } else if (word == "--grpc" && i + 1 < words.size()) {
      arguments.grpc = words[++i];
    } else if (word.rfind("--grpc=", 0) == 0) {
      arguments.grpc = word.substr(std::strlen("--grpc="));
    } else if (word == "--grpc") {
      arguments.error = "--grpc needs HOST:PORT";
      return arguments;
    } else {
      arguments.error = "unknown option " + word +
                        " (options of Node itself cannot be passed on; those of the program "
                        "follow FILE)";
      return arguments;
    }
  }
  if (i == words.size()) {
    arguments.error = "no program: hearth exec [OPTIONS] FILE [ARGS...]";
    return arguments;
  }
  if (!LocalPort(arguments.grpc)) {
    arguments.error = "--grpc " + arguments.grpc +
                      ": a program can only run in a hearth on this machine, HOST:PORT with " + "localhost as the host";
    return arguments;
  }
  arguments.file = words[i];
  arguments.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
  return arguments;
}

ExecClient::ExecClient(const ExecArguments& arguments) : arguments_(arguments), start_ns_(Now()) {
  OpenMissingStreams();
  sigset_t held;
  sigemptyset(&held);
  for (int number : kPassedOn) {
    // What this process was told to ignore (nohup), the program shall not get.
    struct sigaction action{};
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) sigaddset(&held, number);
  }
  sigprocmask(SIG_BLOCK, &held, nullptr);
  signals_ = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
}

namespace {

internal::ToProgramServer Request(const ExecArguments& arguments) {
  internal::ToProgramServer message;
  internal::Program& program = *message.mutable_run();
  program.set_file(arguments.file);
  program.set_directory(WorkingDirectory());
  for (const std::string& argument : arguments.arguments) program.add_arguments(argument);
  for (char** variable = environ; *variable != nullptr; ++variable) program.add_environment(*variable);
  const mode_t mask = umask(0);
  umask(mask);
  program.set_umask(mask);
  return message;
}

void PassOn(const signalfd_siginfo& received, int connection) {
  internal::ToProgramServer message;
  uint32_t number = received.ssi_signo;
  // The program has no terminal of its own that could stop it.
  if (number == SIGTSTP) number = SIGSTOP;
  message.mutable_signal()->set_number(number);
  // From the terminal, it is for whatever the program has started, too.
  message.mutable_signal()->set_group(received.ssi_code == SI_KERNEL || number == SIGSTOP || number == SIGCONT);
  SendBlocking(connection, EncodeFrame(message));
  if (number == SIGSTOP) raise(SIGSTOP);
}

}  // namespace

ExecClient::Result ExecClient::Run(int connection, const std::string& where) {
  const StreamState state;
  const int streams[] = {0, 1, 2};
  if (!SendBlocking(connection, EncodeFrame(Request(arguments_)), streams)) {
    return {1, std::string("hearth does not take the program: ") + std::strerror(errno)};
  }
  FrameDecoder decoder(kMaxFrame);
  int64_t started_ns = 0;
  while (true) {
    pollfd waits[] = {{connection, POLLIN, 0}, {signals_, POLLIN, 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return {1, std::string("poll: ") + std::strerror(errno)};
    signalfd_siginfo received{};
    while (read(signals_, &received, sizeof received) == static_cast<ssize_t>(sizeof received)) {
      PassOn(received, connection);
    }
    char buffer[4096];
    const ssize_t size = recv(connection, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size <= 0) return {1, "hearth ended, and the program with it"};
    decoder.Append({buffer, static_cast<size_t>(size)});
    while (const auto frame = decoder.Next()) {
      internal::FromProgramServer message;
      if (!message.ParseFromArray(frame->data(), static_cast<int>(frame->size()))) {
        return {1, "hearth answers in a way that cannot be read; is it another version?"};
      }
      if (message.has_started_ns()) started_ns = message.started_ns();
      if (message.has_refused()) return {1, message.refused()};
      if (!message.has_ended()) continue;
      if (arguments_.stats && started_ns > 0) {
        std::fprintf(stderr, "hearth: forked from %s, JavaScript began after %.1f ms\n", where.c_str(),
                     static_cast<double>(started_ns - start_ns_) / 1e6);
      }
      const internal::FromProgramServer::Ended& ended = message.ended();
      return {static_cast<int>(ended.signal() > 0 ? kExitOfSignal + ended.signal() : ended.code()), ""};
    }
  }
}

}  // namespace hearth
