// Cold starts, one after the other on an otherwise idle pool: from asking for an instance to the first byte of its answer,
// and the private memory of the idle instance afterwards. In the same run, for comparison: the same code started as a
// fresh `node` process.
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
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "base/strings.h"
#include "isolate_pool/pool/instance_factory.h"
#include "isolate_pool/pool/zygote_launcher.h"

namespace hearth {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr char kRequest[] = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: keep-alive\r\n\r\n";

double Milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

double Quantile(std::vector<double> samples, double q) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  return samples[std::min(samples.size() - 1, static_cast<size_t>(q * static_cast<double>(samples.size())))];
}

// Private_Clean + Private_Dirty of /proc/<pid>/smaps_rollup, in MiB.
double PrivateMegabytes(pid_t pid) {
  std::ifstream file(StrCat("/proc/", pid, "/smaps_rollup"));
  double kilobytes = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Private_")) kilobytes += std::atof(line.c_str() + line.find(':') + 1);
  }
  return kilobytes / 1024;
}

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "cold_start: %s\n", what.c_str());
  std::_Exit(1);
}

struct Subject {
  std::string name;
  FunctionSpec spec;
  std::string node_program;  // what a fresh `node` runs instead
};

class Bench {
 public:
  Bench() : launcher_(context_, {.forks = 0}), stems_(context_, launcher_, kStems), no_stems_(context_, launcher_, 0) {
    const absl::StatusOr<EnginePaths> engine = FindEngine();
    if (!engine.ok()) Die(std::string(engine.status().message()));
    engine_ = *engine;
    absl::Status status;
    launcher_.Start(engine_, [&](absl::Status started) {
      status = std::move(started);
      context_.stop();
    });
    Wait();
    if (!status.ok()) Die(std::string(status.message()));
  }

  const ZygoteInfo& info() const { return launcher_.info(); }

  void Run(const Subject& subject, int count, int node_count) {
    std::vector<double> node;
    for (int i = 0; i < node_count; ++i) node.push_back(NodeStart(subject.node_program));
    // Interleaved, so that what else the machine does meets all of them alike.
    struct Row {
      StartKind start;
      std::vector<double> init, first_byte, memory;
    } rows[] = {{StartKind::kZygote, {}, {}, {}}, {StartKind::kStem, {}, {}, {}}, {StartKind::kTemplate, {}, {}, {}}};
    FunctionSpec spec = subject.spec;
    spec.version = ++versions_;
    const auto from_template = std::make_shared<const FunctionSpec>(spec);
    spec.scaling.template_mode = TemplateMode::kOff;
    const auto fresh = std::make_shared<const FunctionSpec>(spec);
    ProcessInstanceFactory factory(context_, launcher_, no_stems_, [](const LogLine&) {});
    ProcessInstanceFactory stem_factory(context_, launcher_, stems_, [](const LogLine&) {});
    std::vector<double> ignored;
    ColdStart(factory, from_template, ignored, ignored, ignored);  // makes the template
    if (factory.Template(spec.name).state != TemplateStatus::State::kReady) {
      Die(StrCat(subject.name, ": no template: ", factory.Template(spec.name).refusal));
    }
    for (int i = 0; i < count; ++i) {
      ColdStart(factory, fresh, rows[0].init, rows[0].first_byte, rows[0].memory);
      stems_.Fill();
      while (stems_.size() < kStems) Turn();
      // It is forked ahead of need, and uses the time.
      std::this_thread::sleep_for(kStemLead);
      ColdStart(stem_factory, fresh, rows[1].init, rows[1].first_byte, rows[1].memory);
      stems_.Clear();
      ColdStart(factory, from_template, rows[2].init, rows[2].first_byte, rows[2].memory);
    }
    for (Row& row : rows) {
      const double p50 = Quantile(row.first_byte, 0.5);
      std::printf("%-10s %-9s %6d %10.2f %12.2f %12.2f %12.2f %14.1f %10.0fx\n", subject.name.c_str(),
                  std::string(StartName(row.start)).c_str(), count, Quantile(row.init, 0.5), p50,
                  Quantile(row.first_byte, 0.99), Quantile(row.memory, 0.5), Quantile(node, 0.5),
                  Quantile(node, 0.5) / p50);
    }
    std::fflush(stdout);
  }

 private:
  void Wait() {
    context_.restart();
    context_.run_for(std::chrono::seconds(30));
    if (!context_.stopped()) Die("nothing happened for 30 s");
  }

  void Turn() {
    context_.restart();
    context_.run_one_for(std::chrono::seconds(10));
  }

  void ColdStart(ProcessInstanceFactory& factory, const std::shared_ptr<const FunctionSpec>& spec,
                 std::vector<double>& init, std::vector<double>& first_byte, std::vector<double>& memory) {
    const auto start = Clock::now();
    absl::Status status;
    auto instance = factory.Start(spec, StrCat("bench-", ++starts_), [&](absl::Status ready) {
      status = std::move(ready);
      context_.stop();
    });
    Wait();
    if (!status.ok()) Die(std::string(status.message()));
    init.push_back(Milliseconds(Clock::now() - start));
    absl::StatusOr<Instance::Connection> connection = instance->Connect();
    if (!connection.ok()) Die(std::string(connection.status().message()));
    char buffer[4096];
    boost::asio::async_write(*connection, boost::asio::buffer(kRequest, sizeof kRequest - 1), [](auto, auto) {});
    size_t received = 0;
    connection->async_read_some(boost::asio::buffer(buffer), [&](auto, size_t size) {
      received = size;
      context_.stop();
    });
    Wait();
    if (!std::string_view(buffer, received).starts_with("HTTP/1.1 200")) Die("the function did not answer 200");
    first_byte.push_back(Milliseconds(Clock::now() - start));
    memory.push_back(PrivateMegabytes(instance->pid()));
    instance->OnExit([this] { context_.stop(); });
    instance->Kill({.kind = ExitCause::Kind::kStopped});
    Wait();
  }

  // From spawn to the first byte of an HTTP answer on the port that the program listens on.
  double NodeStart(const std::string& program) {
    const int port = 20000 + getpid() % 20000;
    const std::string port_variable = StrCat("PORT=", port);
    std::string path = StrCat("PATH=", std::getenv("PATH"));
    std::string variable = port_variable;
    char* environment[] = {variable.data(), path.data(), nullptr};
    std::string node = engine_.node;
    std::string script = program;
    char* arguments[] = {node.data(), script.data(), nullptr};
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
    double took = 0;
    while (took == 0) {
      const ScopedFd socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (connect(socket_fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        if (Clock::now() - start > std::chrono::seconds(20)) Die(StrCat("node did not listen for ", program));
        usleep(200);
        continue;
      }
      char byte;
      if (write(socket_fd.get(), kRequest, sizeof kRequest - 1) > 0 && read(socket_fd.get(), &byte, 1) == 1) {
        took = Milliseconds(Clock::now() - start);
      }
    }
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return took;
  }

  boost::asio::io_context context_{1};
  ZygoteLauncher launcher_;
  static constexpr size_t kStems = 1;
  static constexpr std::chrono::milliseconds kStemLead{5};

  Stems stems_;
  Stems no_stems_;
  EnginePaths engine_;
  uint64_t versions_ = 0;
  int starts_ = 0;
};

}  // namespace
}  // namespace hearth

int main(int argc, char** argv) {
  using namespace hearth;
  int count = 300;
  int node_count = 10;
  std::string only;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--n") == 0) count = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--node-n") == 0) node_count = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--subject") == 0) only = argv[i + 1];
  }
  signal(SIGPIPE, SIG_IGN);
  const fs::path folder = fs::temp_directory_path() / StrCat("hearth-bench-", getpid());
  fs::create_directories(folder);
  std::ofstream(folder / "fetch.mjs") << "export default { fetch() { return new Response('hello'); } };\n";
  std::ofstream(folder / "server.mjs") << "import http from 'node:http';\n"
                                          "http.createServer((request, response) => response.end('hello'))"
                                          ".listen(process.env.PORT);\n";
  const fs::path express = fs::absolute("examples/express");
  if (!fs::exists(express / "app.js")) Die("examples/express is not here: run this from the root of the tree");

  const auto spec = [](const std::string& name, const fs::path& entry, const fs::path& package) {
    FunctionSpec spec{.name = name,
                      .directory = entry.parent_path().string(),
                      .entry = entry.string(),
                      .environment = {{"PORT", "8080"}, {"PATH", "/usr/bin:/bin"}}};
    spec.sandbox.readable = {package.string()};
    return spec;
  };
  Bench bench;
  std::printf("Node %s, V8 %s, zygote ready in %.0f ms, %llu hot pages\n\n", bench.info().node_version.c_str(),
              bench.info().v8_version.c_str(), static_cast<double>(bench.info().boot_time.count()) / 1000,
              static_cast<unsigned long long>(bench.info().hot_pages));
  std::printf("%-10s %-9s %6s %10s %12s %12s %12s %14s %11s\n", "", "from", "n", "init p50", "1st byte p50",
              "1st byte p99", "private p50", "fresh node p50", "faster by");
  std::printf("%-10s %-9s %6s %10s %12s %12s %12s %14s\n", "", "", "", "ms", "ms", "ms", "MiB", "ms");
  const Subject fetch{"fetch", spec("fetch", folder / "fetch.mjs", folder), folder / "server.mjs"};
  const Subject express_app{"express", spec("express", express / "app.js", fs::current_path()), express / "app.js"};
  if (only.empty() || only == fetch.name) bench.Run(fetch, count, node_count);
  if (only.empty() || only == express_app.name) bench.Run(express_app, std::max(1, count / 5), node_count);
  fs::remove_all(folder);
  return 0;
}
