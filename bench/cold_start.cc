// Cold starts, one after the other on an otherwise idle pool: from asking for an instance to the first byte of its answer,
// what they cost in processor time, and the private memory of the idle instance afterwards. In the same run, for
// comparison: the same code started as a fresh `node` process.
//
//   cold_start [--n COUNT] [--node-n COUNT] [--subject fetch|express]

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "bench/harness.h"
#include "isolate_pool/channel/scoped_fd.h"

namespace hearth::bench {
namespace {

constexpr size_t kStems = 1;
// A stem is forked ahead of need, and uses the time.
constexpr std::chrono::milliseconds kStemLead{5};

struct Row {
  StartKind start;
  std::vector<double> init, first_byte, cpu, memory;
};

// Starts one, and ends it.
void Measure(Engine& engine, InstanceFactory& factory, const std::shared_ptr<const FunctionSpec>& spec, Row* row) {
  std::optional<Answered> answered;
  ColdStart(factory, spec, [&](Answered result) { answered = std::move(result); });
  engine.RunUntil([&] { return answered.has_value(); });
  const double memory = PrivateMebibytes(answered->instance->pid());
  const double cpu = ChildrenCpuMilliseconds();
  bool ended = false;
  answered->instance->OnExit([&] { ended = true; });
  answered->instance->Kill({.kind = ExitCause::Kind::kStopped});
  engine.RunUntil([&] { return ended; });
  if (row == nullptr) return;
  row->init.push_back(Milliseconds(answered->init));
  row->first_byte.push_back(Milliseconds(answered->first_byte));
  row->cpu.push_back(ChildrenCpuMilliseconds() - cpu);
  row->memory.push_back(memory);
}

// From spawn to the first byte of an HTTP answer on the port that the program listens on.
double NodeStart(const std::string& node, const std::string& program) {
  const int port = 20000 + getpid() % 20000;
  std::string port_variable = StrCat("PORT=", port);
  std::string path = StrCat("PATH=", std::getenv("PATH"));
  char* environment[] = {port_variable.data(), path.data(), nullptr};
  std::string executable = node;
  std::string script = program;
  char* arguments[] = {executable.data(), script.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const auto start = Clock::now();
  pid_t pid = -1;
  if (posix_spawn(&pid, node.c_str(), &actions, nullptr, arguments, environment) != 0) Die("cannot start node");
  posix_spawn_file_actions_destroy(&actions);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
  double took = 0;
  while (took == 0) {
    const ScopedFd socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(socket_fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      if (Clock::now() - start > std::chrono::seconds(20)) Die(StrCat("node did not listen for ", program));
      usleep(200);
      continue;
    }
    char byte;
    if (write(socket_fd.get(), kRequest.data(), kRequest.size()) > 0 && read(socket_fd.get(), &byte, 1) == 1) {
      took = Milliseconds(Clock::now() - start);
    }
  }
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return took;
}

void Run(Engine& engine, const Subject& subject, int count, int node_count) {
  static uint64_t versions = 0;
  std::vector<double> node;
  for (int i = 0; i < node_count; ++i) node.push_back(NodeStart(engine.paths().node, subject.node_program));
  FunctionSpec spec = subject.spec;
  spec.version = ++versions;
  const auto from_template = std::make_shared<const FunctionSpec>(spec);
  spec.scaling.template_mode = TemplateMode::kOff;
  const auto fresh = std::make_shared<const FunctionSpec>(spec);
  Stems stems(engine.context(), engine.launcher(), kStems);
  Stems no_stems(engine.context(), engine.launcher(), 0);
  ProcessInstanceFactory factory(engine.context(), engine.launcher(), no_stems, [](const LogLine&) {});
  ProcessInstanceFactory stem_factory(engine.context(), engine.launcher(), stems, [](const LogLine&) {});
  Measure(engine, factory, from_template, nullptr);  // makes the template
  if (factory.Template(spec.name).state != TemplateStatus::State::kReady) {
    Die(StrCat(subject.name, ": no template: ", factory.Template(spec.name).refusal));
  }
  // Interleaved, so that what else the machine does meets all of them alike.
  Row rows[] = {
      {StartKind::kZygote, {}, {}, {}, {}}, {StartKind::kStem, {}, {}, {}, {}}, {StartKind::kTemplate, {}, {}, {}, {}}};
  for (int i = 0; i < count; ++i) {
    Measure(engine, factory, fresh, &rows[0]);
    stems.Fill();
    engine.RunUntil([&] { return stems.size() == kStems; });
    std::this_thread::sleep_for(kStemLead);
    Measure(engine, stem_factory, fresh, &rows[1]);
    stems.Clear();
    Measure(engine, factory, from_template, &rows[2]);
  }
  for (const Row& row : rows) {
    const double p50 = Quantile(row.first_byte, 0.5);
    std::printf("%-9s %-9s %5d %9.2f %13.2f %13.2f %9.2f %12.2f %15.1f %10.0fx\n", subject.name.c_str(),
                std::string(StartName(row.start)).c_str(), count, Quantile(row.init, 0.5), p50,
                Quantile(row.first_byte, 0.99), Quantile(row.cpu, 0.5), Quantile(row.memory, 0.5), Quantile(node, 0.5),
                Quantile(node, 0.5) / p50);
  }
  factory.Stop();
  std::fflush(stdout);
}

}  // namespace
}  // namespace hearth::bench

int main(int argc, char** argv) {
  using namespace hearth::bench;
  int count = 300;
  int node_count = 10;
  std::string only;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--n") == 0) count = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--node-n") == 0) node_count = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--subject") == 0) only = argv[i + 1];
  }
  const Subjects subjects;
  Engine engine;
  const hearth::ZygoteInfo& info = engine.launcher().info();
  std::printf("Node %s, V8 %s, zygote ready in %.0f ms, %llu hot pages\n\n", info.node_version.c_str(),
              info.v8_version.c_str(), static_cast<double>(info.boot_time.count()) / 1000,
              static_cast<unsigned long long>(info.hot_pages));
  std::printf("%-9s %-9s %5s %9s %13s %13s %9s %12s %15s %11s\n", "", "from", "n", "init p50", "1st byte p50",
              "1st byte p99", "CPU p50", "private p50", "fresh node p50", "faster by");
  std::printf("%-9s %-9s %5s %9s %13s %13s %9s %12s %15s\n", "", "", "", "ms", "ms", "ms", "ms", "MiB", "ms");
  if (only.empty() || only == "fetch") Run(engine, subjects.fetch(), count, node_count);
  if (only.empty() || only == "express") Run(engine, subjects.express(), std::max(1, count / 3), node_count);
  return 0;
}
