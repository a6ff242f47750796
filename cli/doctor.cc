#include "cli/doctor.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "base/strings.h"
#include "cli/exit_code.h"
#include "cli/version.h"
#include "isolate_pool/pool/instance_factory.h"
#include "isolate_pool/pool/zygote_launcher.h"

namespace hearth {
namespace {

// The channel, two output pipes, the pidfd, and one connection of the HTTP lane.
constexpr uint64_t kDescriptorsPerInstance = 5;

struct Check {
  enum class State { kOk, kWarning, kFailed };
  std::string name;
  State state = State::kOk;
  std::string text;
};

Check System() {
  utsname system{};
  uname(&system);
  return {"system", Check::State::kOk,
          StrCat(system.sysname, " ", system.release, " ", system.machine, ", ", sysconf(_SC_NPROCESSORS_ONLN),
                 " cores, running as ", geteuid() == 0 ? "root" : "an ordinary user")};
}

Check Descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const uint64_t instances = limit.rlim_max / kDescriptorsPerInstance;
  const bool enough = instances >= 500;
  return {"descriptors", enough ? Check::State::kOk : Check::State::kWarning,
          StrCat("at most ", limit.rlim_max, " open files, enough for about ", instances, " live instances",
                 enough ? "" : "; raise it with `ulimit -Hn`")};
}

// A line for each layer, as an instance found it.
void AddSandbox(const sandbox::Report& report, std::vector<Check>& checks) {
  for (size_t i = 0; i < sandbox::kLayerCount; ++i) {
    const auto layer = static_cast<sandbox::Layer>(i);
    const sandbox::LayerStatus& status = report[layer];
    const bool wanted = sandbox::IsRequired(layer) && status.state != sandbox::LayerState::kOff;
    checks.push_back({StrCat("sandbox ", sandbox::LayerName(layer)),
                      wanted && !report.Holds(layer) ? Check::State::kWarning : Check::State::kOk,
                      StrCat(sandbox::LayerStateName(status.state), status.reason.empty() ? "" : ": ", status.reason)});
  }
}

// Starts a zygote and one instance of an empty program, as every cold start does.
void TryEngine(std::vector<Check>& checks) {
  const absl::StatusOr<EnginePaths> engine = FindEngine();
  if (!engine.ok()) {
    checks.push_back({"engine", Check::State::kFailed, std::string(engine.status().message())});
    return;
  }
  sandbox::Cgroups cgroups = sandbox::Cgroups::Open();
  boost::asio::io_context context(1);
  ZygoteLauncher launcher(context, {});
  std::optional<absl::Status> started;
  launcher.Start(*engine, [&](absl::Status status) {
    started = std::move(status);
    context.stop();
  });
  context.run_for(std::chrono::seconds(20));
  if (!started.has_value() || !started->ok()) {
    checks.push_back({"engine", Check::State::kFailed,
                      started.has_value() ? std::string(started->message()) : "the zygote did not start within 20 s"});
    return;
  }
  const ZygoteInfo& info = launcher.info();
  checks.push_back({"engine", Check::State::kOk,
                    StrCat("Node ", info.node_version, ", V8 ", info.v8_version, ", zygote ready in ",
                           info.boot_time.count() / 1000, " ms")});

  std::error_code ignored;
  const auto folder = std::filesystem::temp_directory_path(ignored) / StrCat("hearth-doctor-", getpid());
  std::filesystem::create_directory(folder, ignored);
  const auto entry = folder / "index.mjs";
  std::ofstream(entry) << "export default { fetch() { return new Response('ok'); } };\n";
  const auto spec = std::make_shared<const FunctionSpec>(
      FunctionSpec{.name = "doctor",
                   .directory = folder.string(),
                   .entry = entry.string(),
                   .scaling = {.template_mode = TemplateMode::kOff},
                   .sandbox = {.egress = sandbox::Egress::kNone, .readable = {folder.string()}}});
  Stems no_stems(context, launcher, 0);
  ProcessInstanceFactory factory(context, launcher, no_stems, nullptr);
  factory.UseCgroups(&cgroups);
  std::optional<sandbox::Report> report;
  factory.OnSandboxed([&report](const std::string&, const sandbox::Report& found) { report = found; });
  std::optional<absl::Status> ready;
  context.restart();
  const auto start = std::chrono::steady_clock::now();
  auto instance = factory.Start(spec, "doctor-1", [&](absl::Status status) {
    ready = std::move(status);
    context.stop();
  });
  context.run_for(std::chrono::seconds(10));
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
  const bool ok = ready.has_value() && ready->ok();
  checks.push_back({"instance", ok ? Check::State::kOk : Check::State::kFailed,
                    ok                  ? StrCat("forked and initialised in ", took.count(), " us")
                    : ready.has_value() ? std::string(ready->message())
                                        : "did not start within 10 s"});
  if (report.has_value()) AddSandbox(*report, checks);
  bool gone = false;
  instance->OnExit([&] {
    gone = true;
    context.stop();
  });
  instance->Kill({.kind = ExitCause::Kind::kStopped});
  context.restart();
  if (!gone) context.run_for(std::chrono::seconds(5));
  std::filesystem::remove_all(folder, ignored);
}

const char* StateName(Check::State state) {
  switch (state) {
    case Check::State::kOk:
      return "ok";
    case Check::State::kWarning:
      return "warning";
    case Check::State::kFailed:
      return "failed";
  }
  return "";
}

}  // namespace

int RunDoctor(bool json) {
  std::vector<Check> checks;
  checks.push_back({"hearth", Check::State::kOk, kVersion});
  checks.push_back(System());
  TryEngine(checks);
  checks.push_back(Descriptors());
  bool failed = false;
  boost::json::array list;
  for (const Check& check : checks) {
    failed = failed || check.state == Check::State::kFailed;
    if (json) {
      list.emplace_back(
          boost::json::object{{"check", check.name}, {"state", StateName(check.state)}, {"text", check.text}});
    } else {
      const std::string padding(check.name.size() < 22 ? 22 - check.name.size() : 1, ' ');
      const std::string state = StateName(check.state);
      std::cout << state << std::string(9 - state.size(), ' ') << check.name << padding << check.text << "\n";
    }
  }
  if (json) std::cout << boost::json::serialize(list) << "\n";
  return failed ? kExitFailed : kExitOk;
}

}  // namespace hearth
