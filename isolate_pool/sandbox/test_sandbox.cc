#include "isolate_pool/sandbox/test_sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "isolate_pool/sandbox/enter.h"
#include "isolate_pool/sandbox/errors.h"

namespace hearth::sandbox {
namespace {

constexpr char kSeparator = '\x1f';

std::string Encode(const Entry& entry, const std::string& error, const std::string& text) {
  std::string out;
  for (size_t i = 0; i < kLayerCount; ++i) {
    const LayerStatus& status = entry.report()[static_cast<Layer>(i)];
    out += std::to_string(static_cast<int>(status.state)) + kSeparator + status.reason + kSeparator;
  }
  return out + error + kSeparator + text;
}

Finding Decode(const std::string& encoded) {
  Finding finding;
  std::istringstream in(encoded);
  std::string state, reason;
  for (size_t i = 0; i < kLayerCount && std::getline(in, state, kSeparator); ++i) {
    std::getline(in, reason, kSeparator);
    finding.report.Set(static_cast<Layer>(i), static_cast<LayerState>(std::atoi(state.c_str())), reason);
  }
  std::getline(in, finding.error, kSeparator);
  std::getline(in, finding.text, '\0');
  return finding;
}

void Write(int file, const std::string& text) { (void)!write(file, text.data(), text.size()); }

// In the process that stands for the zygote; its exit status is that of the instance.
[[noreturn]] void RunZygote(const std::string& runtime, const Policy& policy, const std::function<std::string()>& code,
                            const std::function<void(Plan&)>& change, int out) {
  Plan plan = Plan::Prepare(runtime, policy.mode);
  if (change) change(plan);
  const auto child =
      static_cast<pid_t>(syscall(SYS_clone, plan.namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  if (child == 0) {
    Entry entry(plan);
    entry.EnterBase();
    const std::string error = entry.EnterFunction(policy);
    Write(out, Encode(entry, error, error.empty() ? code() : ""));
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) kill(getpid(), WTERMSIG(status));
  _exit(child < 0 ? 99 : WEXITSTATUS(status));
}

}  // namespace

TestFolders::TestFolders() {
  char name[] = "/tmp/hearth-sandbox-XXXXXX";
  root_ = mkdtemp(name);
  chmod(root_.c_str(), 0755);
  for (const std::string& folder : {code(), runtime()}) std::filesystem::create_directory(folder);
  std::ofstream(code() + "/index.js") << "code";
  std::ofstream(runtime() + "/node") << "node";
  std::ofstream(root_ + "/other") << "other";
}

TestFolders::~TestFolders() { std::filesystem::remove_all(root_); }

Finding RunInSandbox(uid_t user, const std::string& runtime, const Policy& policy,
                     const std::function<std::string()>& code, const std::function<void(Plan&)>& change) {
  int ends[2];
  if (pipe(ends) != 0) return {.error = SystemError("pipe")};
  const pid_t zygote = fork();
  if (zygote == 0) {
    close(ends[0]);
    if (user != 0 && getuid() == 0 && (setgid(user) != 0 || setuid(user) != 0)) _exit(98);
    RunZygote(runtime, policy, code, change, ends[1]);
  }
  close(ends[1]);
  std::string encoded;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = read(ends[0], buffer, sizeof buffer)) > 0) encoded.append(buffer, static_cast<size_t>(size));
  close(ends[0]);
  Finding finding = Decode(encoded);
  waitpid(zygote, &finding.status, 0);
  return finding;
}

}  // namespace hearth::sandbox
