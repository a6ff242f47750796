// A keeper, a template and its forks, as the zygote makes them, and what the forks can do to each other. Needs root; an
// ordinary user's zygote has no keepers.

#include "isolate_pool/sandbox/fork_namespaces.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "isolate_pool/channel/frame.h"
#include "isolate_pool/sandbox/enter.h"
#include "isolate_pool/sandbox/errors.h"
#include "isolate_pool/sandbox/test_sandbox.h"

namespace hearth::sandbox {
namespace {

using Code = std::function<std::string()>;

constexpr pid_t kTemplateId = 2;
constexpr uint32_t kTemplateUser = kFirstUser;
constexpr uint32_t kOwner = kFirstUser + 1;
constexpr uint32_t kFirstFork = kFirstUser + 2;
constexpr char kKill = 'k';
constexpr char kReady = 'r';

pid_t Clone(uint64_t namespaces) {
  return static_cast<pid_t>(syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

std::string ReadAll(int file) {
  std::string text;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = read(file, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<size_t>(size));
  return text;
}

// Serves the template: namespaces for each of its forks, then the end of the first of them.
[[noreturn]] void RunKeeper(const Plan& plan, const Policy& policy, size_t forks, int control) {
  NamespaceMaker maker;
  std::string error = maker.Prepare(plan.base);
  char byte = 0;
  if (read(control, &byte, 1) != 1) _exit(1);
  std::vector<std::string> shown = policy.readable;
  shown.push_back(plan.runtime);
  if (error.empty()) error = maker.Enter({kTemplateId, policy.user, policy.owner, policy.tmp_bytes, shown});
  for (size_t i = 0; i < forks; ++i) {
    ForkNamespaces made;
    if (error.empty()) error = maker.Make(kFirstFork + static_cast<uint32_t>(i), &made);
    const int descriptors[] = {made.user, made.mount, made.ipc};
    SendBlocking(control, "n" + error, error.empty() ? std::span<const int>(descriptors) : std::span<const int>());
  }
  while (read(control, &byte, 1) == 1 && byte == kKill) SendBlocking(control, "n" + maker.KillAll(kFirstFork));
  _exit(0);
}

// Forks, enters, and runs the code; the fork then waits for its end. Returns what the code found.
std::string RunFork(Entry& entry, const Policy& policy, const Code& code, int control, pid_t* fork_id) {
  char text[512];
  int fds[kMaxFds];
  size_t count = 0;
  const ssize_t size = ReceiveWithFds(control, text, 0, fds, &count);
  if (count != 3) return "no namespaces: " + std::string(text, size > 0 ? static_cast<size_t>(size) : 0);
  int ends[2];
  if (pipe(ends) != 0) return SystemError("pipe");
  *fork_id = fork();
  if (*fork_id < 0) return SystemError("fork");
  if (*fork_id == 0) {
    close(ends[0]);
    const std::string error = entry.EnterFork(policy, {fds[0], fds[1], fds[2]});
    std::string found = error.empty() ? code() : error;
    if (found.empty()) found = "nothing";
    (void)!write(ends[1], found.data(), found.size());
    while (true) pause();
  }
  for (size_t i = 0; i < count; ++i) close(fds[i]);
  close(ends[1]);
  // At once and whole, as it was written; what the fork has started holds the pipe open.
  const ssize_t found = read(ends[0], text, sizeof text);
  close(ends[0]);
  return found > 0 ? std::string(text, static_cast<size_t>(found)) : "nothing";
}

[[noreturn]] void RunTemplate(const Plan& plan, const Policy& policy, const std::vector<Code>& codes,
                              const std::string& folder, int control, int out) {
  Entry entry(plan, PidRole::kKept);
  entry.EnterBase();
  std::string text = entry.EnterFunction(policy, Purpose::kTemplate);
  if (text.empty()) text = entry.NoForks();
  if (text.empty() && chdir(folder.c_str()) != 0) text = SystemError(folder);
  if (text.empty()) {
    (void)!write(control, &kReady, 1);
    std::vector<pid_t> forks;
    for (const Code& code : codes) text += RunFork(entry, policy, code, control, &forks.emplace_back(-1)) + "\n";
    (void)!write(control, &kKill, 1);
    char answer[512];
    (void)!read(control, answer, sizeof answer);
    int status = 0;
    waitpid(forks.front(), &status, 0);
    text += WIFSIGNALED(status) ? "killed" : "ended";
    for (size_t i = 1; i < forks.size(); ++i) text += waitpid(forks[i], nullptr, WNOHANG) == 0 ? " alive" : " gone";
  }
  (void)!write(out, text.data(), text.size());
  _exit(0);
}

class ForkNamespacesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(getuid(), 0u) << "only root can make these namespaces"; }

  Policy Strict() {
    Policy policy;
    policy.mode = Mode::kStrict;
    policy.readable = {folders_.code()};
    policy.user = kTemplateUser;
    policy.owner = kOwner;
    policy.tmp_bytes = 4 << 20;
    return policy;
  }

  // Runs each code in a fork of one template, one after the other, all forks living on. Then the first fork's user is
  // ended: the last line says what became of each.
  // `folder`: the template's working directory.
  std::string Run(const Policy& policy, const std::vector<Code>& codes, const std::string& folder = "/") {
    int ends[2];
    if (pipe(ends) != 0) return SystemError("pipe");
    const pid_t zygote = fork();
    if (zygote == 0) {
      close(ends[0]);
      const Plan plan = Plan::Prepare(folders_.runtime(), policy.mode);
      int control[2];
      if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control) != 0 || unshare(CLONE_NEWPID) != 0) _exit(1);
      const pid_t keeper = Clone(CLONE_NEWNS);
      if (keeper == 0) RunKeeper(plan, policy, codes.size(), control[0]);
      const pid_t made = Clone(plan.namespaces & ~uint64_t{CLONE_NEWPID});
      if (made == 0) RunTemplate(plan, policy, codes, folder, control[1], ends[1]);
      waitpid(made, nullptr, 0);
      kill(keeper, SIGKILL);
      waitpid(keeper, nullptr, 0);
      _exit(0);
    }
    close(ends[1]);
    std::string text = ReadAll(ends[0]);
    close(ends[0]);
    waitpid(zygote, nullptr, 0);
    return text;
  }

  TestFolders folders_;
};

std::string Names(const char* folder) {
  std::string names;
  DIR* entries = opendir(folder);
  if (entries == nullptr) return std::strerror(errno);
  while (const dirent* entry = readdir(entries)) {
    if (entry->d_name[0] != '.') names += std::string(entry->d_name) + ",";
  }
  closedir(entries);
  return names;
}

std::string Write(const std::string& path) { return std::ofstream(path) << "text" ? "written" : "refused"; }

TEST_F(ForkNamespacesTest, EachForkHasATmpOfItsOwnAndItsCodeInIt) {
  const std::string code = folders_.code() + "/index.js";
  const std::string top = folders_.root().substr(std::strlen("/tmp/"));
  EXPECT_EQ(Run(Strict(), {[&] { return Write("/tmp/letter"); },
                           [&] {
                             std::string found = Names("/tmp");
                             std::string text;
                             std::getline(std::ifstream(code), text);
                             return found.append(text + " " + Write(code)).append(" " + Write("/tmp/letter"));
                           }}),
            "written\n" + top + ",code refused written\nkilled alive");
}

TEST_F(ForkNamespacesTest, AForkIsInTheWorkingDirectoryOfItsTemplate) {
  EXPECT_EQ(Run(Strict(), {[] { return std::string(get_current_dir_name()); }}, folders_.code()),
            folders_.code() + "\nkilled");
}

TEST_F(ForkNamespacesTest, ForksCanNeitherSignalNorSeeEachOther) {
  const auto reached = [] {
    std::string found;
    for (pid_t pid = 1; pid < 64; ++pid) {
      if (pid != getpid() && kill(pid, 0) == 0) found += std::to_string(pid) + " ";
    }
    const bool alone = Names("/proc").find_first_of("0123456789") != std::string::npos;
    size_t processes = 0;
    std::istringstream names(Names("/proc"));
    for (std::string name; std::getline(names, name, ',');) processes += name[0] >= '0' && name[0] <= '9' ? 1 : 0;
    return found + (alone ? std::to_string(processes) : "none");
  };
  EXPECT_EQ(Run(Strict(), {reached, reached, reached}), "1\n1\n1\nkilled alive alive");
}

TEST_F(ForkNamespacesTest, EachForkHasABudgetOfProcessesOfItsOwn) {
  Policy policy = Strict();
  policy.processes = 16;
  const auto spend = [] {
    int children = 0;
    while (children < 100) {
      const pid_t child = fork();
      if (child < 0) return std::to_string(children) + strerrorname_np(errno);
      if (child == 0) {
        while (true) pause();
      }
      ++children;
    }
    return std::string("no end");
  };
  EXPECT_EQ(Run(policy, {spend, spend}), "15EAGAIN\n15EAGAIN\nkilled alive");
}

TEST_F(ForkNamespacesTest, AForkHasNoCapabilitiesAndCannotEnterNamespaces) {
  EXPECT_EQ(Run(Strict(), {[] {
                  std::string found;
                  std::ifstream status("/proc/self/status");
                  for (std::string line; std::getline(status, line);) {
                    if (line.starts_with("CapEff") || line.starts_with("CapPrm") || line.starts_with("NoNewPrivs"))
                      found += line.substr(line.find('\t') + 1) + " ";
                  }
                  const int own = open("/proc/self/ns/user", O_RDONLY);
                  errno = 0;
                  return found + (setns(own, 0) == 0 ? "entered" : strerrorname_np(errno));
                }}),
            "0000000000000000 0000000000000000 1 EPERM\nkilled");
}

}  // namespace
}  // namespace hearth::sandbox
