#include "isolate_pool/pool/program_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "isolate_pool/channel/frame.h"
#include "isolate_pool/pool/program.h"
#include "isolate_pool/pool/program_socket.h"
#include "isolate_pool/pool/zygote_launcher.h"

namespace hearth {
namespace {

// Arguments and environment; the kernel allows a new program 6 MB of them at most.
constexpr size_t kMaxFrame = 16 << 20;
constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kStreams = 3;

// 0 if it has none here, -1 if it is gone.
pid_t ParentOf(pid_t pid) {
  std::ifstream file(StrCat("/proc/", pid, "/stat"));
  std::string text;
  std::getline(file, text);
  // "<pid> (<name, which may hold anything>) <state> <parent> …"
  const size_t end = text.rfind(')');
  return end == std::string::npos || end + 4 > text.size() ? -1 : std::atoi(text.c_str() + end + 4);
}

}  // namespace

// Kept by the server, and by what it waits for.
class ProgramServer::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ProgramServer& server, ScopedFd socket)
      : server_(&server), socket_(server.context_, socket.Release()), decoder_(kMaxFrame) {}

  void Begin() { Read(); }

  pid_t program_pid() const { return program_ == nullptr ? -1 : program_->pid(); }

  void Stop() {
    server_ = nullptr;
    if (program_ != nullptr) std::exchange(program_, nullptr)->Abandon();
    boost::system::error_code ignored;
    socket_.close(ignored);
    streams_.clear();
  }

 private:
  void Read() {
    socket_.async_wait(socket_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
      if (!error && self->server_ != nullptr) self->OnReadable();
    });
  }

  void OnReadable() {
    static char buffer[kReadBytes];
    int fds[kMaxFds];
    size_t fd_count = 0;
    const ssize_t size = ReceiveWithFds(socket_.native_handle(), buffer, MSG_DONTWAIT, fds, &fd_count);
    if (size < 0 && errno == EAGAIN) return Read();
    for (size_t i = 0; i < fd_count; ++i) streams_.emplace_back(fds[i]);
    if (size <= 0) return Close();
    decoder_.Append({buffer, static_cast<size_t>(size)});
    while (const auto frame = decoder_.Next()) {
      internal::ToProgramServer message;
      if (!message.ParseFromArray(frame->data(), static_cast<int>(frame->size()))) return Close();
      if (message.has_run()) {
        if (program_ != nullptr || streams_.size() != kStreams) return Close();
        Run(std::move(*message.mutable_run()));
      } else if (message.has_signal() && program_ != nullptr && message.signal().number() < NSIG) {
        program_->Signal(static_cast<int>(message.signal().number()), message.signal().group());
      }
    }
    if (decoder_.failed() || streams_.size() > kStreams) return Close();
    Read();
  }

  void Run(internal::Program description) {
    if (absl::Status status = server_->EnsureZygote(); !status.ok()) return Refuse(std::string(status.message()));
    Program::Streams streams;
    std::move(streams_.begin(), streams_.end(), streams.begin());
    streams_.clear();
    // The program lives no longer than this does, but for its last call.
    const std::weak_ptr<Connection> weak = weak_from_this();
    const auto with_self = [weak](auto&& action) {
      if (const auto self = weak.lock(); self != nullptr && self->server_ != nullptr) action(*self);
    };
    Program::Events events;
    events.forked = [with_self](pid_t pid) {
      with_self([pid](Connection& self) {
        internal::FromProgramServer message;
        message.set_pid(pid);
        self.Send(message);
      });
    };
    events.started = [with_self](int64_t monotonic_ns) {
      with_self([monotonic_ns](Connection& self) {
        internal::FromProgramServer message;
        message.set_started_ns(monotonic_ns);
        self.Send(message);
      });
    };
    events.ended = [with_self](const Program::End& end) {
      with_self([&end](Connection& self) {
        if (!end.error.empty()) return self.Refuse(end.error);
        internal::FromProgramServer message;
        message.mutable_ended()->set_code(static_cast<uint32_t>(end.code));
        message.mutable_ended()->set_signal(static_cast<uint32_t>(end.signal));
        self.Send(message);
        self.program_ = nullptr;
        self.Close();
      });
    };
    program_ =
        std::make_shared<Program>(server_->context_, std::move(description), std::move(streams), std::move(events));
    program_->Start(*server_->zygote_);
  }

  void Refuse(const std::string& why) {
    internal::FromProgramServer message;
    message.set_refused(why);
    Send(message);
    program_ = nullptr;
    Close();
  }

  // A few bytes in all: they fit into the socket whether the client reads or not.
  void Send(const internal::FromProgramServer& message) { SendBlocking(socket_.native_handle(), EncodeFrame(message)); }

  // The client is gone, or to be left.
  void Close() {
    if (server_ == nullptr) return;
    ProgramServer* const server = std::exchange(server_, nullptr);
    if (program_ != nullptr) program_->Kill();
    boost::system::error_code ignored;
    socket_.close(ignored);
    streams_.clear();
    server->Remove(this);
  }

  ProgramServer* server_;  // null once it is closed
  boost::asio::posix::stream_descriptor socket_;
  FrameDecoder decoder_;
  std::vector<ScopedFd> streams_;
  std::shared_ptr<Program> program_;
};

ProgramServer::ProgramServer(boost::asio::io_context& context, bool one_program)
    : context_(context), one_program_(one_program), listener_(context) {}

ProgramServer::~ProgramServer() { Stop(); }

absl::Status ProgramServer::Listen(uint16_t grpc_port) {
  std::string error;
  ScopedFd socket = ListenForPrograms(grpc_port, &path_, &error);
  if (!socket.valid()) return absl::UnavailableError(error);
  listener_.assign(socket.Release());
  Accept();
  return absl::OkStatus();
}

void ProgramServer::Accept() {
  listener_.async_wait(listener_.wait_read, [this](boost::system::error_code error) {
    if (error) return;
    ScopedFd client(accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.valid() && MayConnect(client.get())) Serve(std::move(client));
    Accept();
  });
}

bool ProgramServer::MayConnect(int socket) const {
  Peer peer;
  if (!PeerOf(socket, &peer) || peer.uid != geteuid()) return false;
  const pid_t self = getpid();
  pid_t pid = peer.pid;
  while (pid > 0) {
    if (pid == self) return false;
    const auto is_program = [pid](const auto& connection) { return connection->program_pid() == pid; };
    if (std::any_of(connections_.begin(), connections_.end(), is_program)) return true;
    pid = ParentOf(pid);
  }
  // One that is gone cannot be judged.
  return pid == 0;
}

void ProgramServer::Serve(ScopedFd client) {
  connections_.push_back(std::make_shared<Connection>(*this, std::move(client)));
  connections_.back()->Begin();
}

absl::Status ProgramServer::EnsureZygote() {
  if (zygote_ != nullptr) return absl::OkStatus();
  absl::StatusOr<EnginePaths> engine = FindEngine();
  if (!engine.ok()) return engine.status();
  engine->sandbox = sandbox::Mode::kOff;
  engine->one_fork = one_program_;
  zygote_ = std::make_shared<ZygoteLauncher>(context_, ZygoteRotation());
  zygote_->Start(*engine, [this](const absl::Status& status) {
    // The next program tries again.
    if (!status.ok()) boost::asio::post(context_, [failed = std::exchange(zygote_, nullptr)] {});
  });
  return absl::OkStatus();
}

void ProgramServer::Remove(Connection* connection) {
  connections_.remove_if([connection](const auto& candidate) { return candidate.get() == connection; });
}

void ProgramServer::Stop() {
  boost::system::error_code ignored;
  listener_.close(ignored);
  if (!path_.empty()) unlink(std::exchange(path_, "").c_str());
  for (const auto& connection : std::exchange(connections_, {})) connection->Stop();
  if (zygote_ != nullptr) zygote_->Stop();
  zygote_ = nullptr;
}

}  // namespace hearth
