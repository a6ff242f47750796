#include "isolate_pool/sandbox/plan.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "isolate_pool/sandbox/enter.h"
#include "isolate_pool/sandbox/errors.h"
#include "isolate_pool/sandbox/identity.h"
#include "isolate_pool/sandbox/landlock.h"
#include "isolate_pool/sandbox/mount.h"
#include "isolate_pool/sandbox/root.h"
#include "isolate_pool/sandbox/seccomp_filter.h"

namespace hearth::sandbox {
namespace {

constexpr uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;

// Runs the first stage of an instance in a fork. Returns an error text, empty if it works.
std::string Try(const Plan& plan) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return SystemError("pipe");
  clone_args arguments{};
  arguments.flags = plan.namespaces;
  arguments.exit_signal = SIGCHLD;
  const auto child = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
  std::string error;
  if (child == 0) {
    Entry entry(plan);
    entry.EnterBase();
    for (Layer layer : {Layer::kUser, Layer::kRoot}) {
      if (!entry.report().Holds(layer) && error.empty()) error = entry.report()[layer].reason;
    }
    (void)!write(pipe_ends[1], error.data(), error.size());
    _exit(0);
  }
  if (child < 0) error = SystemError("clone3");
  close(pipe_ends[1]);
  if (child > 0) {
    char buffer[512];
    const ssize_t size = read(pipe_ends[0], buffer, sizeof buffer);
    if (size > 0) error.assign(buffer, static_cast<size_t>(size));
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status)) error = "the trial was killed";
  }
  close(pipe_ends[0]);
  return error;
}

// Each fork gets a copy of all mounts, so those that hold nobody's code are dropped from what is copied.
constexpr std::string_view kKernelFileSystems[] = {"autofs",     "binfmt_misc", "bpf",       "cgroup",   "cgroup2",
                                                   "configfs",   "debugfs",     "devpts",    "efivarfs", "fusectl",
                                                   "hugetlbfs",  "mqueue",      "nsfs",      "pstore",   "ramfs",
                                                   "rpc_pipefs", "securityfs",  "selinuxfs", "tracefs"};

void DropKernelMounts() {
  std::ifstream mounts("/proc/self/mountinfo");
  std::vector<std::string> places;
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream words(line.substr(0, line.find(" - ")));
    std::string place, type;
    for (int i = 0; i < 5; ++i) words >> place;
    std::istringstream(line.substr(line.find(" - ") + 3)) >> type;
    if (std::find(std::begin(kKernelFileSystems), std::end(kKernelFileSystems), type) != std::end(kKernelFileSystems)) {
      places.push_back(place);
    }
  }
  for (const std::string& place : places) umount2(place.c_str(), MNT_DETACH);
}

// A mount namespace of this process's own with the base in it. What is mounted on the machine later is still seen.
std::string ShareBase(const Plan& plan) {
  if (unshare(CLONE_NEWNS) != 0) return SystemError("unshare(CLONE_NEWNS)");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) return SystemError("making mounts private");
  DropKernelMounts();
  if (std::string error = BuildBase(plan.base, plan.runtime, 0); !error.empty()) return error;
  return MakeReadOnly(plan.base);
}

// Why user namespaces are refused, as far as the machine's settings tell.
std::string Hint() {
  const auto reads = [](const char* file, char value) {
    const int fd = open(file, O_RDONLY | O_CLOEXEC);
    char first = 0;
    const bool equal = fd >= 0 && read(fd, &first, 1) == 1 && first == value;
    if (fd >= 0) close(fd);
    return equal;
  };
  if (reads("/proc/sys/kernel/unprivileged_userns_clone", '0')) return "; sysctl kernel.unprivileged_userns_clone is 0";
  if (reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1')) {
    return "; sysctl kernel.apparmor_restrict_unprivileged_userns is 1";
  }
  if (reads("/proc/sys/user/max_user_namespaces", '0')) return "; sysctl user.max_user_namespaces is 0";
  return "";
}

void PlanNamespaces(Plan& plan) {
  plan.base = FindBasePlace();
  if (plan.base.empty()) {
    plan.no_namespaces = "there is no /sys to mount a file tree on";
    return;
  }
  std::string as_root;
  if (plan.user == 0) {
    as_root = ShareBase(plan);
    if (as_root.empty()) {
      plan.shared_base = true;
      plan.namespaces = kNamespaces;
      as_root = Try(plan);
      if (as_root.empty()) return;
      plan.shared_base = false;
    }
  }
  plan.namespaces = kNamespaces | CLONE_NEWUSER;
  const std::string as_user = Try(plan);
  if (as_user.empty()) return;
  plan.namespaces = 0;
  plan.no_namespaces = (as_root.empty() ? "" : as_root + "; in a user namespace: ") + as_user + Hint();
}

}  // namespace

bool Plan::user_namespace() const { return (namespaces & CLONE_NEWUSER) != 0; }

Plan Plan::Prepare(const std::string& runtime, Mode mode) {
  Plan plan;
  if (mode == Mode::kOff) {
    plan.no_namespaces = plan.no_landlock = plan.no_seccomp = "the sandbox is off";
    return plan;
  }
  plan.runtime = runtime;
  plan.user = geteuid();
  plan.group = getegid();
  plan.landlock_abi = LandlockAbi(&plan.no_landlock);
  plan.no_seccomp = CompileSeccompFilters(&plan.seccomp);
  PlanNamespaces(plan);
  if (plan.user == 0 && !plan.user_namespace()) plan.capabilities_locked = LockCapabilities().empty();
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (plan.no_seccomp.empty()) plan.no_seccomp = ApplySeccompFilter(plan.seccomp.early);
  if (!plan.no_seccomp.empty()) plan.seccomp = {};
  return plan;
}

}  // namespace hearth::sandbox
