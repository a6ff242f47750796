#include "bench/harness.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include <boost/asio/write.hpp>

#include "base/strings.h"

namespace hearth::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: keep-alive\r\n\r\n";
constexpr std::string_view kResponse = "HTTP/1.1 200";
constexpr std::chrono::seconds kPatience{30};

FunctionSpec Spec(const std::string& name, const fs::path& entry, const fs::path& package) {
  FunctionSpec spec{.name = name,
                    .directory = entry.parent_path().string(),
                    .entry = entry.string(),
                    .environment = {{"PORT", "8080"}, {"PATH", "/usr/bin:/bin"}}};
  spec.sandbox.readable = {package.string()};
  return spec;
}

// A value in KiB of a file of lines such as "MemAvailable:  123 kB"; lines that start alike are added up.
double Kibibytes(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  double kibibytes = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) kibibytes += std::atof(line.c_str() + line.find(':') + 1);
  }
  return kibibytes;
}

class FetchAnswer final : public FetchListener {
 public:
  explicit FetchAnswer(std::function<void()> answered) : answered_(std::move(answered)) {}
  void OnHead(FetchHead head) override {
    if (head.status != 200) Die("the function did not answer 200");
    answered_();
  }
  void OnPiece(std::string, bool, bool) override {}

 private:
  const std::function<void()> answered_;
};

}  // namespace

void Die(const std::string& what) {
  std::fprintf(stderr, "error: %s\n", what.c_str());
  std::_Exit(1);
}

double Milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

double Quantile(std::vector<double> samples, double q) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  return samples[std::min(samples.size() - 1, static_cast<size_t>(q * static_cast<double>(samples.size())))];
}

double PrivateMebibytes(pid_t pid) { return Kibibytes(StrCat("/proc/", pid, "/smaps_rollup"), "Private_") / 1024; }

double AvailableMebibytes() { return Kibibytes("/proc/meminfo", "MemAvailable:") / 1024; }

double ChildrenCpuMilliseconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto milliseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
}

Subjects::Subjects() : folder_(fs::temp_directory_path() / StrCat("hearth-bench-", getpid())) {
  const fs::path folder(folder_);
  fs::create_directories(folder);
  std::ofstream(folder / "fetch.mjs") << "export default { fetch() { return new Response('hello'); } };\n";
  std::ofstream(folder / "server.mjs") << "import http from 'node:http';\n"
                                          "http.createServer((request, response) => response.end('hello'))"
                                          ".listen(process.env.PORT);\n";
  const fs::path express = fs::absolute("examples/express");
  if (!fs::exists(express / "app.js")) Die("examples/express is not here: run this from the root of the tree");
  fetch_ = {"fetch", Spec("fetch", folder / "fetch.mjs", folder), folder / "server.mjs"};
  express_ = {"express", Spec("express", express / "app.js", fs::current_path()), express / "app.js"};
}

Subjects::~Subjects() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Engine::Engine() : launcher_(context_, {.forks = 0}) {
  signal(SIGPIPE, SIG_IGN);
  const absl::StatusOr<EnginePaths> found = FindEngine();
  if (!found.ok()) Die(std::string(found.status().message()));
  paths_ = *found;
  std::optional<absl::Status> started;
  launcher_.Start(paths_, [&](absl::Status status) { started = std::move(status); });
  RunUntil([&] { return started.has_value(); });
  if (!started->ok()) Die(std::string(started->message()));
}

void Engine::RunUntil(const std::function<bool()>& done) {
  while (!done()) {
    context_.restart();
    if (context_.run_one_for(kPatience) == 0) Die("nothing happened for 30 s");
  }
}

void Ask(Answered& instance, std::function<void()> answered) {
  if (instance.connection == nullptr) {
    const HeaderFields headers = {{"Host", "bench"}};
    const FetchCall call{"bench", "GET", "/", headers, ""};
    instance.instance->Fetch(call, std::make_shared<FetchAnswer>(std::move(answered)));
    return;
  }
  Instance::Connection& connection = *instance.connection;
  boost::asio::async_write(connection, boost::asio::buffer(kRequest), [](auto, auto) {});
  const auto buffer = std::make_shared<std::array<char, 4096>>();
  connection.async_read_some(boost::asio::buffer(*buffer),
                             [buffer, answered = std::move(answered)](boost::system::error_code error, size_t size) {
                               if (error) Die(StrCat("no answer: ", error.message()));
                               if (!std::string_view(buffer->data(), size).starts_with(kResponse)) {
                                 Die("the function did not answer 200");
                               }
                               answered();
                             });
}

void ColdStart(InstanceFactory& factory, std::shared_ptr<const FunctionSpec> spec,
               std::function<void(Answered)> answered) {
  static int count = 0;
  const auto result = std::make_shared<Answered>();
  const auto start = Clock::now();
  result->instance = factory.Start(
      std::move(spec), StrCat("bench-", ++count), [result, start, answered = std::move(answered)](absl::Status ready) {
        if (!ready.ok()) Die(std::string(ready.message()));
        result->init = Clock::now() - start;
        if (result->instance->kind() != FunctionKind::kFetch) {
          absl::StatusOr<Instance::Connection> connection = result->instance->Connect();
          if (!connection.ok()) Die(std::string(connection.status().message()));
          result->connection = std::make_unique<Instance::Connection>(*std::move(connection));
        }
        Ask(*result, [result, start, answered] {
          result->first_byte = Clock::now() - start;
          answered(std::move(*result));
        });
      });
}

}  // namespace hearth::bench
