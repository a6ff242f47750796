#include "isolate_pool/engine/engine_harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "isolate_pool/engine/fork.h"

namespace hearth::engine {
namespace {

constexpr int kForkTimeoutMilliseconds = 20000;

std::string Text(v8::Local<v8::Value> value) { return *v8::String::Utf8Value(TheEngine().isolate(), value); }

}  // namespace

Engine& TheEngine() {
  static Engine* engine = [] {
    std::string error;
    Engine* booted = Engine::Boot("node", &error).release();
    if (booted == nullptr) {
      std::fprintf(stderr, "%s\n", error.c_str());
      _exit(1);
    }
    if (error = PrepareForking(); !error.empty()) _exit(1);
    return booted;
  }();
  return *engine;
}

std::string Evaluate(std::string_view body) {
  Engine& engine = TheEngine();
  v8::Isolate* isolate = engine.isolate();
  const v8::HandleScope handles(isolate);
  const v8::TryCatch failure(isolate);
  v8::Local<v8::Function> function;
  if (!engine.CompileFunction("test", body, {"require"}).ToLocal(&function)) return Text(failure.Exception());
  v8::Local<v8::Value> argument = engine.internal_require();
  v8::Local<v8::Value> value;
  {
    const node::CallbackScope scope(engine.environment(), v8::Object::New(isolate), {0, 0});
    if (!function->Call(engine.context(), v8::Undefined(isolate), 1, &argument).ToLocal(&value)) {
      return Text(failure.Exception());
    }
  }
  if (!value->IsPromise()) return Text(value);
  const auto promise = value.As<v8::Promise>();
  while (promise->State() == v8::Promise::kPending && uv_run(engine.loop(), UV_RUN_ONCE) != 0) {
  }
  return promise->State() == v8::Promise::kPending ? "pending" : Text(promise->Result());
}

std::string InFork(const std::function<std::string()>& body, ForkOptions options) {
  TheEngine().PrepareFork();
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return "no pipe";
  const ForkResult fork = Fork(options);
  if (fork.pid == 0) {
    TheEngine().AfterFork();
    const std::string answer = body();
    if (write(pipe_ends[1], answer.data(), answer.size()) < 0) _exit(1);
    _exit(0);
  }
  close(pipe_ends[1]);
  if (fork.pid < 0) return fork.error;
  std::string answer;
  char buffer[4096];
  pollfd readable{pipe_ends[0], POLLIN, 0};
  while (poll(&readable, 1, kForkTimeoutMilliseconds) > 0) {
    const ssize_t size = read(pipe_ends[0], buffer, sizeof buffer);
    if (size <= 0) break;
    answer.append(buffer, static_cast<size_t>(size));
  }
  syscall(SYS_pidfd_send_signal, fork.pidfd, SIGKILL, nullptr, 0);
  close(pipe_ends[0]);
  close(fork.pidfd);
  return answer.empty() ? "died" : answer;
}

std::string EvaluateInFork(std::string_view body) {
  return InFork([body] { return Evaluate(body); });
}

}  // namespace hearth::engine
