// Each test forks a process, enters the sandbox and tries what must not work, or must. All run twice: as whoever runs the
// tests (root, in CI) and as an ordinary user. What a machine does not offer shows in the report, and is asserted there.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "isolate_pool/sandbox/orphans.h"
#include "isolate_pool/sandbox/test_sandbox.h"

namespace hearth::sandbox {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::strerror(errno);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// "ok" or the errno's name.
std::string Result(long result) { return result >= 0 ? "ok" : strerrorname_np(errno); }

// Which of several layers comes first does not matter.
std::string Denied(long result) {
  const bool denied = result < 0 && (errno == EROFS || errno == EACCES || errno == EPERM || errno == EBUSY);
  return denied ? "denied" : Result(result);
}

std::string TryWrite(const std::string& path, int flags = O_RDWR) {
  return Denied(open(path.c_str(), flags | O_CLOEXEC, 0600));
}

std::string TryOpen(const std::string& path, int flags) { return Result(open(path.c_str(), flags | O_CLOEXEC, 0600)); }

class SandboxTest : public ::testing::TestWithParam<uid_t> {
 protected:
  Policy Strict() {
    Policy policy;
    policy.mode = Mode::kStrict;
    policy.readable = {folders_.code()};
    policy.user = kFirstUser;
    policy.tmp_bytes = 4 << 20;
    return policy;
  }

  Finding Run(const Policy& policy, const std::function<std::string()>& code,
              const std::function<void(Plan&)>& change = nullptr) {
    return RunInSandbox(GetParam(), folders_.runtime(), policy, code, change);
  }

  // Under strict: what the code found, or nothing where the machine lacks a layer, which the error must say.
  void Expect(const Policy& policy, const std::function<std::string()>& code, const std::string& expected) {
    const Finding finding = Run(policy, code);
    if (!finding.error.empty()) {
      EXPECT_NE(finding.report.Missing(), "");
      EXPECT_NE(finding.error.find(finding.report.Missing()), std::string::npos) << finding.error;
      RecordProperty("refused", finding.error);
      // The machine that develops hearth, and its CI, have all layers.
      if (getenv("HEARTH_TEST_INCOMPLETE_MACHINE") == nullptr) ADD_FAILURE() << finding.error;
      return;
    }
    EXPECT_EQ(finding.text, expected);
    EXPECT_EQ(finding.status, 0);
  }

  TestFolders folders_;
};

INSTANTIATE_TEST_SUITE_P(, SandboxTest, ::testing::Values(0, kNobody),
                         [](const auto& info) { return info.param == 0 ? "AsWhoRunsIt" : "AsAnOrdinaryUser"; });

TEST_P(SandboxTest, StrictHoldsEveryRequiredLayer) {
  const Finding finding = Run(Strict(), [] { return ""; });
  EXPECT_EQ(finding.error, "");
  EXPECT_EQ(finding.report.Missing(), "");
  for (size_t i = 0; i < kLayerCount; ++i) {
    const auto layer = static_cast<Layer>(i);
    if (layer == Layer::kEgress || layer == Layer::kCgroup) continue;
    EXPECT_TRUE(finding.report.Holds(layer)) << LayerName(layer) << ": " << finding.report[layer].reason;
  }
  EXPECT_EQ(finding.report[Layer::kEgress].state, LayerState::kOff);
}

TEST_P(SandboxTest, FilesOutsideOfCodeRuntimeAndTmpAreNotThere) {
  const std::string other = folders_.root() + "/other";
  const std::vector<std::string> paths = {"/etc/shadow", "/root", "/home", "/var/log", "/sys/kernel", "/boot", other};
  Expect(
      Strict(),
      [&] {
        std::string found;
        for (const std::string& path : paths) {
          const int file = open(path.c_str(), O_RDONLY);
          // The folders' names are left for code to be shown below; they are empty.
          if (file >= 0 && (!std::filesystem::is_directory(path) || !std::filesystem::is_empty(path)))
            found += path + " ";
        }
        return found;
      },
      "");
}

TEST_P(SandboxTest, CodeIsAtItsOwnPathAndReadOnly) {
  const std::string code = folders_.code();
  Expect(
      Strict(),
      [&] {
        return ReadFile(code + "/index.js") + " " + TryWrite(code + "/index.js") + " " +
               TryWrite(code + "/new", O_CREAT | O_RDWR) + " " + Denied(rename(code.c_str(), "/tmp/elsewhere"));
      },
      "code denied denied denied");
}

TEST_P(SandboxTest, TheRuntimeIsReadOnly) {
  const std::string runtime = folders_.runtime();
  Expect(
      Strict(),
      [&] {
        return ReadFile(runtime + "/node") + " " + TryWrite(runtime + "/new", O_CREAT | O_RDWR) + " " +
               TryWrite("/usr/new", O_CREAT | O_RDWR) + " " + TryWrite("/etc/hosts") + " " +
               TryWrite("/new", O_CREAT | O_RDWR);
      },
      "node denied denied denied denied");
}

TEST_P(SandboxTest, CodeThatOnlyItsOwnerMayReadIsReadable) {
  const uid_t owner = getuid() == 0 ? GetParam() : getuid();
  ASSERT_EQ(chown(folders_.code().c_str(), owner, static_cast<gid_t>(-1)), 0);
  ASSERT_EQ(chown((folders_.code() + "/index.js").c_str(), owner, static_cast<gid_t>(-1)), 0);
  chmod(folders_.code().c_str(), 0700);
  chmod((folders_.code() + "/index.js").c_str(), 0600);
  const std::string code = folders_.code();
  Expect(Strict(), [&] { return ReadFile(code + "/index.js"); }, "code");
}

TEST_P(SandboxTest, CodeAnywhereIsShown) {
  // Beside the runtime, in a folder of the machine's, and in one that is shown anyway.
  char name[] = "/var/tmp/hearth-sandbox-XXXXXX";
  const std::string elsewhere = mkdtemp(name);
  chmod(elsewhere.c_str(), 0755);
  std::ofstream(elsewhere + "/file") << "elsewhere";
  Policy policy = Strict();
  policy.readable = {folders_.code(), elsewhere + "/file", "/usr/share"};
  Expect(
      policy,
      [&] {
        return ReadFile(elsewhere + "/file") + " " + ReadFile(folders_.code() + "/index.js") + " " +
               ReadFile(folders_.runtime() + "/node") + " " + TryWrite(elsewhere + "/file");
      },
      "elsewhere code node denied");
  std::filesystem::remove_all(elsewhere);
}

TEST_P(SandboxTest, CodeThatIsNotThereIsAnErrorThatNamesIt) {
  Policy policy = Strict();
  policy.readable = {folders_.root() + "/nowhere"};
  const Finding finding = Run(policy, [] { return "ran"; });
  EXPECT_NE(finding.error.find("root (failed: "), std::string::npos) << finding.error;
  EXPECT_NE(finding.error.find("/nowhere: No such file"), std::string::npos) << finding.error;
  EXPECT_EQ(finding.text, "");
}

TEST_P(SandboxTest, TmpIsPrivateAndLimited) {
  Expect(
      Strict(),
      [&] {
        const int file = open("/tmp/full", O_CREAT | O_RDWR, 0600);
        const std::vector<char> megabyte(1 << 20);
        int written = 0;
        while (written < 64 && write(file, megabyte.data(), megabyte.size()) > 0) ++written;
        const std::string error = strerrorname_np(errno);
        return std::to_string(written) + " " + error + " " + TryOpen("/dev/shm/x", O_CREAT | O_RDWR);
      },
      "4 ENOSPC ok");
  EXPECT_FALSE(std::filesystem::exists("/tmp/full"));
}

TEST_P(SandboxTest, DevicesWork) {
  Expect(
      Strict(),
      [] {
        char bytes[4] = {1, 1, 1, 1};
        const int zero = open("/dev/zero", O_RDONLY);
        const ssize_t size = read(zero, bytes, sizeof bytes);
        return std::to_string(size) + std::to_string(bytes[3]) + " " + TryOpen("/dev/null", O_WRONLY) + " " +
               TryOpen("/dev/urandom", O_RDONLY) + " " + Result(mknod("/tmp/sda", S_IFBLK | 0600, 0x800));
      },
      "40 ok ok EPERM");
}

TEST_P(SandboxTest, NoOtherProcessIsSeenOrSignalled) {
  const pid_t outside = getpid();
  Expect(
      Strict(),
      [outside] {
        std::string seen;
        for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
          const std::string name = entry.path().filename();
          if (name.find_first_not_of("0123456789") == std::string::npos) seen += name + " ";
        }
        return seen + Result(kill(outside, 0)) + " " + std::to_string(getppid());
      },
      "1 ESRCH 0");
}

TEST_P(SandboxTest, NoCapabilityIsLeft) {
  Expect(
      Strict(),
      [] {
        std::istringstream status(ReadFile("/proc/self/status"));
        std::string found;
        for (std::string line; std::getline(status, line);) {
          if (line.starts_with("Cap") || line.starts_with("NoNewPrivs") || line.starts_with("Seccomp:")) {
            found += line.substr(line.find('\t') + 1) + " ";
          }
        }
        return found;
      },
      "0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 1 2 ");
}

TEST_P(SandboxTest, TheUserHasANameAndIsNotRoot) {
  const uid_t user = getuid() == 0 ? GetParam() : getuid();
  const std::string id = std::to_string(user == 0 ? kFirstUser : user);
  Expect(
      Strict(),
      [&] {
        return std::to_string(getuid()) + " " +
               (ReadFile("/etc/passwd").find("function:x:" + id + ":") == std::string::npos ? "unnamed" : "named");
      },
      id + " named");
}

TEST_P(SandboxTest, ProgramsAndThreadsWork) {
  Expect(
      Strict(),
      [] {
        FILE* program = popen("echo out; id -u >/dev/null && cat /proc/self/status | grep -c Name", "r");
        char buffer[64] = {};
        const size_t size = fread(buffer, 1, sizeof buffer - 1, program);
        const int status = pclose(program);
        std::string text(buffer, size);
        std::thread([&text] { text += "thread"; }).join();
        return text + " " + std::to_string(status);
      },
      "out\n1\nthread 0");
}

TEST_P(SandboxTest, NativeCodeInTmpCanBeLoaded) {
  Expect(
      Strict(),
      [] {
        std::filesystem::copy_file("/bin/true", "/tmp/true");
        return std::to_string(system("/tmp/true"));
      },
      "0");
}

TEST_P(SandboxTest, ItDiesWithItsParent) {
  Expect(
      Strict(),
      [] {
        int signal = 0;
        prctl(PR_GET_PDEATHSIG, &signal);
        return std::to_string(signal == SIGKILL) + std::to_string(prctl(PR_GET_DUMPABLE));
      },
      "10");
}

TEST_P(SandboxTest, BudgetOfProcesses) {
  Policy policy = Strict();
  policy.processes = 10;
  Expect(
      policy,
      [] {
        int made = 0;
        std::vector<pid_t> children;
        for (; made < 50; ++made) {
          const pid_t child = fork();
          if (child < 0) break;
          if (child == 0) pause();
          children.push_back(child);
        }
        const std::string error = strerrorname_np(errno);
        for (pid_t child : children) kill(child, SIGKILL);
        return std::to_string(made) + " " + error;
      },
      "9 EAGAIN");
}

TEST_P(SandboxTest, BudgetOfDescriptors) {
  Policy policy = Strict();
  policy.descriptors = 32;
  Expect(
      policy,
      [] {
        int last = 0;
        for (int file = 0; (file = open("/dev/null", O_RDONLY)) >= 0;) last = file;
        const std::string error = strerrorname_np(errno);
        return std::to_string(last) + " " + error;
      },
      "31 EMFILE");
}

TEST_P(SandboxTest, RefusedStaysRefusedInPrograms) {
  Expect(
      Strict(),
      [] {
        return std::to_string(WEXITSTATUS(system("mount -t tmpfs t /tmp 2>/dev/null"))) + " " +
               std::to_string(WEXITSTATUS(system("unshare -U true 2>/dev/null")));
      },
      "32 1");
}

TEST_P(SandboxTest, OrphansAreReapedAndOwnChildrenAreNot) {
  Expect(
      Strict(),
      [] {
        // A child that leaves a grandchild behind, and one that nobody has waited for yet.
        const pid_t parent = fork();
        if (parent == 0) {
          if (fork() == 0) _exit(7);
          _exit(0);
        }
        waitpid(parent, nullptr, 0);
        siginfo_t orphan{};
        waitid(P_ALL, 0, &orphan, WEXITED | WNOWAIT);
        OrphanReaper reaper;
        reaper.Sweep(1);
        const bool waits = waitid(P_PID, static_cast<id_t>(orphan.si_pid), &orphan, WEXITED | WNOWAIT | WNOHANG) == 0;
        const pid_t child = fork();
        if (child == 0) _exit(3);
        siginfo_t ended{};
        waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
        reaper.Sweep(1 + OrphanReaper::kPatienceMs);
        int status = 0;
        const bool gone = waitpid(orphan.si_pid, nullptr, WNOHANG) < 0;
        const bool kept = waitpid(child, &status, WNOHANG) == child && WEXITSTATUS(status) == 3;
        return std::to_string(waits) + std::to_string(gone) + std::to_string(kept);
      },
      "111");
}

// A service of the machine that the tests' own process offers.
class Listener {
 public:
  explicit Listener(bool abstract) : socket_(::socket(abstract ? AF_UNIX : AF_INET, SOCK_STREAM, 0)) {
    if (abstract) {
      sockaddr_un address{AF_UNIX, {}};
      std::snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "hearth-test-%d", getpid());
      std::memcpy(&address_, &address, sizeof address);
      size_ = sizeof address;
    } else {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      std::memcpy(&address_, &address, sizeof address);
      size_ = sizeof address;
    }
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address_), size_), 0);
    EXPECT_EQ(listen(socket_, 8), 0);
    if (!abstract) getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size_);
  }
  ~Listener() { close(socket_); }
  std::string Reach() const {
    const int client = ::socket(address_.ss_family, SOCK_STREAM, 0);
    const std::string result = Result(connect(client, reinterpret_cast<const sockaddr*>(&address_), size_));
    close(client);
    return result;
  }

 private:
  int socket_;
  sockaddr_storage address_{};
  socklen_t size_ = 0;
};

TEST_P(SandboxTest, EgressAllReachesTheMachine) {
  const Listener service(false);
  Expect(Strict(), [&] { return service.Reach(); }, "ok");
}

TEST_P(SandboxTest, EgressNoneReachesOnlyItself) {
  const Listener service(false);
  Policy policy = Strict();
  policy.egress = Egress::kNone;
  Expect(
      policy,
      [&] {
        const std::string outside = service.Reach();
        return outside + " " + Listener(false).Reach() + " " + ReadFile("/proc/net/route").substr(0, 5);
      },
      "ECONNREFUSED ok Iface");
  const Finding finding = Run(policy, [] { return ""; });
  EXPECT_TRUE(finding.report.Holds(Layer::kEgress)) << finding.report[Layer::kEgress].reason;
}

TEST_P(SandboxTest, AbstractSocketsOfTheMachineAreOutOfReach) {
  const Listener service(true);
  const Finding finding = Run(Strict(), [&] { return service.Reach(); });
  if (finding.report[Layer::kLandlock].reason.find("without") == std::string::npos) {
    EXPECT_EQ(finding.text, "EPERM");
  } else {
    EXPECT_EQ(finding.text, "ok");
  }
}

// --- What is not there ---

TEST_P(SandboxTest, StrictRefusesToStartWithoutALayerAndSaysHowToGoOn) {
  const Finding finding = Run(
      Strict(), [] { return "ran"; },
      [](Plan& plan) {
        plan.seccomp.last.clear();
        plan.no_seccomp = "taken away";
      });
  EXPECT_EQ(finding.text, "");
  EXPECT_NE(finding.error.find("seccomp (unavailable: taken away)"), std::string::npos) << finding.error;
  EXPECT_NE(finding.error.find("sandbox = \"best-effort\""), std::string::npos) << finding.error;
}

TEST_P(SandboxTest, BestEffortGoesOnWithoutALayer) {
  Policy policy = Strict();
  policy.mode = Mode::kBestEffort;
  const Finding finding = Run(
      policy, [] { return "ran"; },
      [](Plan& plan) {
        plan.seccomp.last.clear();
        plan.no_seccomp = "taken away";
      });
  EXPECT_EQ(finding.error, "");
  EXPECT_EQ(finding.text, "ran");
  EXPECT_EQ(finding.report.Missing(), "seccomp (unavailable: taken away)");
}

TEST_P(SandboxTest, WithoutNamespacesLandlockKeepsFilesAway) {
  Policy policy = Strict();
  policy.mode = Mode::kBestEffort;
  const Finding finding = Run(
      policy,
      [&] {
        return TryOpen("/etc/shadow", O_RDONLY) + " " + TryOpen("/root", O_RDONLY) + " " +
               TryOpen("/proc/1/status", O_RDONLY) + " " + TryOpen(folders_.code() + "/index.js", O_RDONLY) + " " +
               TryWrite("/usr/new", O_CREAT | O_RDWR) + " " + TryOpen("/dev/null", O_RDWR);
      },
      [](Plan& plan) {
        plan.namespaces = 0;
        plan.no_namespaces = "taken away";
      });
  EXPECT_EQ(finding.error, "");
  EXPECT_EQ(finding.text, "EACCES EACCES EACCES ok denied ok");
  for (Layer layer : {Layer::kRoot, Layer::kTmp, Layer::kPid, Layer::kIpc, Layer::kUts}) {
    EXPECT_EQ(finding.report[layer].state, LayerState::kUnavailable) << LayerName(layer);
    EXPECT_EQ(finding.report[layer].reason, layer == Layer::kTmp ? finding.report[layer].reason : "taken away");
  }
}

TEST_P(SandboxTest, OffDoesNothing) {
  Policy policy;
  policy.mode = Mode::kOff;
  const Finding finding = Run(
      policy, [] { return std::to_string(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) + TryOpen("/etc/passwd", O_RDONLY); },
      [](Plan& plan) { plan.namespaces = 0; });
  EXPECT_EQ(finding.text, "0ok");
  for (size_t i = 0; i < kLayerCount; ++i) {
    EXPECT_EQ(finding.report[static_cast<Layer>(i)].state, LayerState::kOff);
  }
}

}  // namespace
}  // namespace hearth::sandbox
