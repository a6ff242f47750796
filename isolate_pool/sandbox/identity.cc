#include "isolate_pool/sandbox/identity.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "isolate_pool/sandbox/errors.h"

namespace hearth::sandbox {
namespace {

constexpr size_t kHelperStack = 16 << 10;

std::string WriteFile(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return SystemError(path);
  const ssize_t size = write(file, text.data(), text.size());
  const std::string error = size == static_cast<ssize_t>(text.size()) ? "" : SystemError(path);
  close(file);
  return error;
}

std::string MapLine(uint32_t inside, uint32_t outside) {
  return std::to_string(inside) + " " + std::to_string(outside) + " 1";
}

// Shares the memory of its parent, so it may touch nothing.
int Sleep(void*) {
  while (true) syscall(SYS_pause);
}

}  // namespace

std::string MapOnlySelf(uid_t user, gid_t group) {
  // A process that has changed its user before may not write into its own /proc.
  prctl(PR_SET_DUMPABLE, 1);
  // The kernel's condition for the map of groups: else a group that denies access could be left.
  if (std::string error = WriteFile("/proc/self/setgroups", "deny"); !error.empty()) return error;
  if (std::string error = WriteFile("/proc/self/uid_map", MapLine(user, user)); !error.empty()) return error;
  return WriteFile("/proc/self/gid_map", MapLine(group, group));
}

std::string MakeOwnerMap(const std::string& proc, uid_t owner, gid_t owner_group, uid_t to, int* descriptor) {
  // A namespace lives as long as a process or a descriptor holds it; it takes a process to make one.
  std::vector<char> stack(kHelperStack);
  const pid_t helper = clone(Sleep, stack.data() + stack.size(), CLONE_VM | CLONE_NEWUSER | SIGCHLD, nullptr);
  if (helper < 0) return SystemError("user namespace for the owner map");
  const std::string process = proc + "/" + std::to_string(helper);
  std::string error = WriteFile(process + "/uid_map", MapLine(owner, to));
  if (error.empty()) error = WriteFile(process + "/gid_map", MapLine(owner_group, to));
  if (error.empty()) {
    *descriptor = open((process + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC);
    if (*descriptor < 0) error = SystemError(process);
  }
  kill(helper, SIGKILL);
  waitpid(helper, nullptr, 0);
  return error;
}

std::string BecomeUser(uid_t user, uid_t spare) {
  if (syscall(SYS_setgroups, 0, nullptr) != 0) return SystemError("setgroups");
  if (syscall(SYS_setresgid, user, user, user) != 0) return SystemError("setresgid");
  if (syscall(SYS_setresuid, user, user, spare == 0 ? user : spare) != 0) return SystemError("setresuid");
  return "";
}

std::string LockSecureBits() {
  // Needs a capability itself; without any there is nothing to give up either.
  constexpr unsigned long kBits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                  SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                                  SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  return prctl(PR_SET_SECUREBITS, kBits) == 0 || errno == EPERM ? "" : SystemError("PR_SET_SECUREBITS");
}

std::string LockCapabilities() {
  if (std::string error = LockSecureBits(); !error.empty()) return error;
  for (unsigned long capability = 0;; ++capability) {
    const int bounded = prctl(PR_CAPBSET_READ, capability);
    if (bounded < 0) break;  // past the last that this kernel knows
    if (bounded == 1 && prctl(PR_CAPBSET_DROP, capability) != 0 && errno != EPERM) {
      return SystemError("PR_CAPBSET_DROP");
    }
  }
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) {
    return SystemError("PR_CAP_AMBIENT_CLEAR_ALL");
  }
  return "";
}

std::string ClearCapabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
  return syscall(SYS_capset, &header, none) == 0 ? "" : SystemError("capset");
}

}  // namespace hearth::sandbox
