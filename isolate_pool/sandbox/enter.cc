#include "isolate_pool/sandbox/enter.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "isolate_pool/sandbox/errors.h"
#include "isolate_pool/sandbox/identity.h"
#include "isolate_pool/sandbox/landlock.h"
#include "isolate_pool/sandbox/mount.h"
#include "isolate_pool/sandbox/network.h"
#include "isolate_pool/sandbox/root.h"
#include "isolate_pool/sandbox/seccomp_filter.h"

namespace hearth::sandbox {
namespace {

constexpr std::string_view kHostName = "localhost";

// Landlock's rules where there is no root of its own. Of /proc a process sees itself; its children see nothing.
const std::vector<std::string> kReadableOutside = {"/usr",
                                                   "/bin",
                                                   "/sbin",
                                                   "/lib",
                                                   "/lib32",
                                                   "/lib64",
                                                   "/libx32",
                                                   "/etc/ssl/certs",
                                                   "/etc/ssl/openssl.cnf",
                                                   "/etc/ca-certificates",
                                                   "/etc/alternatives",
                                                   "/etc/pki",
                                                   "/etc/hosts",
                                                   "/etc/nsswitch.conf",
                                                   "/etc/resolv.conf",
                                                   "/run/systemd/resolve",
                                                   "/etc/host.conf",
                                                   "/etc/gai.conf",
                                                   "/etc/services",
                                                   "/etc/protocols",
                                                   "/etc/localtime",
                                                   "/etc/timezone",
                                                   "/etc/passwd",
                                                   "/etc/group",
                                                   "/etc/mime.types",
                                                   "/etc/ld.so.cache",
                                                   "/etc/os-release",
                                                   "/proc/self",
                                                   "/proc/cpuinfo",
                                                   "/proc/meminfo",
                                                   "/proc/stat",
                                                   "/proc/loadavg",
                                                   "/proc/uptime",
                                                   "/proc/version",
                                                   "/proc/sys/kernel/osrelease"};
const std::vector<std::string> kDevices = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

std::string SetLimit(__rlimit_resource resource, uint64_t value, const char* name) {
  rlimit limit{};
  getrlimit(resource, &limit);
  // Only root may raise what was lowered before.
  limit.rlim_max = std::min<rlim_t>(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(resource, &limit) == 0 ? "" : SystemError(name);
}

// A parent of `path` that others than its owner cannot pass, or the path itself; empty if everyone can read it.
std::string Barrier(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    std::string part = path.substr(0, slash);
    struct stat status{};
    if (stat(part.c_str(), &status) != 0 || (status.st_mode & (S_ISDIR(status.st_mode) ? S_IXOTH : S_IROTH)) == 0) {
      return part;
    }
    if (slash == std::string::npos) return "";
  }
}

}  // namespace

void Entry::Note(Layer layer, const std::string& error) {
  if (error.empty()) {
    report_.Applied(layer);
  } else {
    report_.Failed(layer, error);
  }
}

void Entry::EnterBase() {
  if (!in_namespaces_) {
    const std::string reason = plan_.namespaces == 0 ? plan_.no_namespaces : "forked without namespaces";
    for (Layer layer : {Layer::kRoot, Layer::kTmp, Layer::kPid, Layer::kIpc, Layer::kUts}) {
      report_.Unavailable(layer, reason);
    }
    if (plan_.user != 0) report_.Unavailable(Layer::kUser, reason);
    return;
  }
  // Of process ids: see JudgePid.
  for (Layer layer : {Layer::kPid, Layer::kIpc, Layer::kUts}) report_.Applied(layer);
  if (plan_.user_namespace()) Note(Layer::kUser, MapOnlySelf(plan_.user, plan_.group));
  std::string error;
  if (!plan_.shared_base) error = BuildBase(plan_.base, plan_.runtime, plan_.user);
  if (error.empty()) error = MountProc(plan_.base, role_ != PidRole::kFirst);
  Note(Layer::kRoot, error);
  if (plan_.user == 0 && !plan_.user_namespace()) report_.Applied(Layer::kUser);
  if (sethostname(kHostName.data(), kHostName.size()) != 0) report_.Failed(Layer::kUts, SystemError("sethostname"));
}

std::string Entry::EnterFunction(const Policy& policy, Purpose purpose) {
  if (policy.mode == Mode::kOff) {
    report_ = Report();
    return "";
  }
  const bool root_user = plan_.user == 0 && !plan_.user_namespace();
  user_ = root_user ? policy.user : 0;
  own_user_ = root_user && user_ != 0;
  owner_ = role_ == PidRole::kKept && purpose == Purpose::kTemplate && own_user_ ? policy.owner : 0;
  if (in_namespaces_) EnterRoot(policy);
  EnterNetwork(policy);
  if (root_user) {
    if (user_ == 0 && !report_[Layer::kUser].reason.empty()) {
      // The reason stands.
    } else if (user_ == 0) {
      report_.Unavailable(Layer::kUser, "no user was given");
    } else if (!report_.Holds(Layer::kRoot)) {
      for (const std::string& path : policy.readable) {
        const std::string barrier = Barrier(path);
        if (barrier.empty()) continue;
        report_.Unavailable(Layer::kUser,
                            barrier + " is closed to other users, and there is no root to show the code in");
        own_user_ = false;
      }
    }
  }
  LimitResources(policy);
  DropPrivileges();
  if (in_namespaces_ && role_ != PidRole::kFirst) JudgePid();
  EnterLandlock(policy, purpose);
  EnterSeccomp(purpose == Purpose::kTemplate ? plan_.seccomp.last_of_template : plan_.seccomp.last);
  return Judge(policy);
}

std::string Entry::Judge(const Policy& policy) const {
  const std::string missing = report_.Missing();
  if (policy.mode != Mode::kStrict || missing.empty()) return "";
  return "the sandbox is strict, and these layers do not hold: " + missing +
         "; `hearth doctor` tells more, and sandbox = \"best-effort\" does without";
}

void Entry::EnterRoot(const Policy& policy) {
  if (!report_.Holds(Layer::kRoot)) {
    report_.Unavailable(Layer::kTmp, "there is no root to have it in");
    return;
  }
  CodeAccess access;
  const FunctionTree tree{.base = plan_.base,
                          .runtime = plan_.runtime,
                          .shared = plan_.shared_base,
                          .readable = policy.readable,
                          .tmp_bytes = policy.tmp_bytes,
                          .user = user_};
  std::string error = AddFunction(tree, &access);
  if (error.empty()) error = EnterTree(plan_.base);
  Note(Layer::kRoot, error);
  if (error.empty()) {
    report_.Applied(Layer::kTmp);
  } else {
    report_.Unavailable(Layer::kTmp, "there is no root to have it in");
  }
  by_owner_only_ = access.by_owner_only;
  if (own_user_ && !access.unowned.empty()) {
    report_.Unavailable(Layer::kUser, access.unowned);
    own_user_ = false;
  }
}

void Entry::EnterNetwork(const Policy& policy) {
  if (policy.egress == Egress::kAll) return report_.Set(Layer::kEgress, LayerState::kOff, "egress = \"all\"");
  const bool privileged = plan_.user == 0 || (in_namespaces_ && plan_.user_namespace());
  if (!privileged) return report_.Unavailable(Layer::kEgress, plan_.no_namespaces);
  Note(Layer::kEgress, LeaveNetwork());
}

void Entry::LimitResources(const Policy& policy) {
  std::string error = SetLimit(RLIMIT_CORE, 0, "RLIMIT_CORE");
  if (error.empty()) error = SetLimit(RLIMIT_NOFILE, policy.descriptors, "RLIMIT_NOFILE");
  // Counted per user and user namespace: it means something only where one of them is this instance's alone.
  const bool alone = own_user_ || (in_namespaces_ && plan_.user_namespace());
  if (error.empty() && alone) error = SetLimit(RLIMIT_NPROC, policy.processes, "RLIMIT_NPROC");
  Note(Layer::kLimits, error);
  if (error.empty() && !alone) {
    report_.Unavailable(Layer::kLimits, "processes are counted per user, and this one is not the instance's alone");
  }
}

void Entry::DropPrivileges() {
  std::string error = plan_.capabilities_locked ? "" : LockCapabilities();
  if (own_user_) {
    const std::string user_error = BecomeUser(user_, owner_);
    Note(Layer::kUser, user_error);
  }
  if (error.empty()) error = ClearCapabilities();
  Note(Layer::kCapabilities, error);
  // A change of user takes the parent-death signal back.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // What the function starts must not look into the process that talks to hearth.
  prctl(PR_SET_DUMPABLE, 0);
  Note(Layer::kNoNewPrivs, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? "" : SystemError("PR_SET_NO_NEW_PRIVS"));
}

void Entry::JudgePid() {
  if (role_ == PidRole::kKept)
    return report_.Applied(Layer::kPid, "not as its first process, so that it can be forked");
  // Others' processes are another user's, so they cannot be signalled, and /proc hides them.
  if (report_.Holds(Layer::kUser) && own_user_ && report_.Holds(Layer::kRoot)) {
    report_.Applied(Layer::kPid, "by its user: no namespace, so that it can become a template");
  } else {
    report_.Unavailable(Layer::kPid, "it may become a template, and has no user of its own");
  }
}

void Entry::EnterLandlock(const Policy& policy, Purpose purpose) {
  if (plan_.landlock_abi == 0) return report_.Unavailable(Layer::kLandlock, plan_.no_landlock);
  LandlockRules rules;
  rules.deny_tcp = policy.egress == Egress::kNone && !report_.Holds(Layer::kEgress);
  if (report_.Holds(Layer::kRoot)) {
    rules.readable = {"/"};
    rules.writable = {purpose == Purpose::kTemplate ? "/" : "/tmp"};
    rules.devices = {"/dev"};
  } else {
    rules.readable = kReadableOutside;
    rules.readable.push_back(plan_.runtime);
    rules.readable.insert(rules.readable.end(), policy.readable.begin(), policy.readable.end());
    rules.writable = {"/tmp"};
    rules.devices = kDevices;
  }
  const std::string error = ApplyLandlock(plan_.landlock_abi, rules);
  if (!error.empty()) return report_.Failed(Layer::kLandlock, error);
  const std::string abi = "ABI " + std::to_string(plan_.landlock_abi);
  report_.Applied(Layer::kLandlock,
                  plan_.landlock_abi >= 6 ? abi : abi + ": without the scopes of signals and sockets");
}

void Entry::EnterSeccomp(const std::vector<sock_filter>& filter) {
  if (filter.empty()) return report_.Unavailable(Layer::kSeccomp, plan_.no_seccomp);
  Note(Layer::kSeccomp, ApplySeccompFilter(filter));
}

std::string Entry::NoForks() const {
  if (role_ != PidRole::kKept || owner_ == 0) return "its process ids are not its own";
  if (!own_user_ || !report_.Holds(Layer::kUser) || !report_.Holds(Layer::kTmp)) return "it has no user and no /tmp";
  if (by_owner_only_) return "its code can be read by its owner only";
  return "";
}

std::string Entry::StayInstance(const Policy& policy) {
  if (policy.mode == Mode::kOff) return "";
  EnterLandlock(policy, Purpose::kInstance);
  EnterSeccomp(plan_.seccomp.last_of_fork);
  return Judge(policy);
}

std::string Entry::EnterFork(const Policy& policy, const ForkNamespaces& namespaces) {
  if (policy.mode == Mode::kOff) return "";
  if (namespaces.complete()) {
    std::string error = EnterNamespaces(namespaces, owner_, user_);
    for (int descriptor : {namespaces.user, namespaces.mount, namespaces.ipc}) close(descriptor);
    for (Layer layer : {Layer::kTmp, Layer::kIpc, Layer::kUser}) Note(layer, error);
    // Counted per user, which nobody else is.
    if (error.empty()) error = SetLimit(RLIMIT_NPROC, policy.processes, "RLIMIT_NPROC");
    Note(Layer::kLimits, error);
    Note(Layer::kCapabilities, ClearCapabilities());
    // A change of user takes both back.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 0);
  } else {
    ShareWithSiblings("shared with the other instances of its template");
  }
  EnterLandlock(policy, Purpose::kInstance);
  EnterSeccomp(plan_.seccomp.last_of_fork);
  return Judge(policy);
}

void Entry::ShareWithSiblings(const std::string& reason) {
  for (Layer layer : {Layer::kTmp, Layer::kPid, Layer::kIpc, Layer::kUser, Layer::kLimits}) {
    if (report_.Holds(layer)) report_.Unavailable(layer, reason);
  }
}

}  // namespace hearth::sandbox
