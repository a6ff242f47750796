#include "isolate_pool/sandbox/seccomp_filter.h"

#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "isolate_pool/sandbox/errors.h"

namespace hearth::sandbox {
namespace {

// By name, so that one that this architecture lacks is skipped. Numbers are the same on all architectures since 424;
// those that Debian 12's libseccomp has no name for are given as numbers.
constexpr const char* kForbidden[] = {
    // Mounts and roots.
    "umount",
    "pivot_root",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "swapon",
    "swapoff",
    "quotactl",
    "quotactl_fd",
    // Other processes' memory and descriptors.
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "process_mrelease",
    "pidfd_getfd",
    "kcmp",
    // Files by handle: past all paths.
    "open_by_handle_at",
    "name_to_handle_at",
    "fanotify_init",
    // Kernel features with a large surface.
    "bpf",
    "userfaultfd",
    "perf_event_open",
    "keyctl",
    "add_key",
    "request_key",
    "lookup_dcookie",
    "nfsservctl",
    "move_pages",
    "migrate_pages",
    "vmsplice",
    "remap_file_pages",
    "modify_ldt",
    "vm86",
    "vm86old",
    // The machine's own.
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "create_module",
    "query_module",
    "get_kernel_syms",
    "reboot",
    "settimeofday",
    "stime",
    "clock_settime",
    "clock_settime64",
    "clock_adjtime",
    "clock_adjtime64",
    "adjtimex",
    "acct",
    "syslog",
    "vhangup",
    "iopl",
    "ioperm",
    "setdomainname",
    "uselib",
    "ustat",
    "sysfs",
    "_sysctl",
    "bdflush",
    "pciconfig_iobase",
    "pciconfig_read",
    "pciconfig_write",
};
// Those that entering a sandbox takes (enter.cc), beside clone and setns.
constexpr const char* kForbiddenLast[] = {"mount",     "umount2",       "chroot",  "move_mount",
                                          "open_tree", "mount_setattr", "unshare", "sethostname"};
constexpr const char* kMissing[] = {"io_uring_setup", "io_uring_enter", "io_uring_register"};
// open_tree_attr, listns: newer than any libseccomp of the day.
constexpr int kForbiddenNumbers[] = {467, 470};
// statmount, listmount: information of other trees.
constexpr int kMissingNumbers[] = {457, 458};

constexpr uint64_t kNamespaceFlags =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// Families that functions use. All others (packet, vsock, alg, bluetooth, …) are refused.
constexpr int kLastFamily = 45;  // AF_MCTP
constexpr uint64_t kSocketTypeMask = 0xf;

class Builder {
 public:
  Builder() : context_(seccomp_init(SCMP_ACT_ALLOW)) {
    if (context_ == nullptr) return;
    // System calls of another architecture (32-bit, x32) would pass by all rules.
    seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
    // A tree of comparisons instead of a chain.
    seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  }
  ~Builder() {
    if (context_ != nullptr) seccomp_release(context_);
  }

  void Refuse(int call, int error) {
    if (call == __NR_SCMP_ERROR) return;
    Note(seccomp_rule_add(context_, SCMP_ACT_ERRNO(static_cast<uint16_t>(error)), call, 0));
  }
  template <typename... Conditions>
  void RefuseIf(int call, int error, Conditions... conditions) {
    const scmp_arg_cmp list[] = {conditions...};
    Note(seccomp_rule_add_array(context_, SCMP_ACT_ERRNO(static_cast<uint16_t>(error)), call, sizeof...(conditions),
                                list));
  }

  std::string Export(std::vector<sock_filter>* filter);
  scmp_filter_ctx context() { return context_; }

 private:
  void Note(int result) {
    if (result != 0 && error_ == 0) error_ = result;
  }
  scmp_filter_ctx context_;
  int error_ = 0;
};

std::string Builder::Export(std::vector<sock_filter>* filter) {
  if (error_ != 0) return std::string("libseccomp: ") + std::strerror(-error_);
  const int file = memfd_create("seccomp", MFD_CLOEXEC);
  if (file < 0) return SystemError("memfd_create");
  const int result = seccomp_export_bpf(context_, file);
  const off_t size = lseek(file, 0, SEEK_END);
  std::string error;
  if (result != 0 || size <= 0) {
    error = std::string("libseccomp cannot export the filter: ") + std::strerror(-result);
  } else {
    filter->resize(static_cast<size_t>(size) / sizeof(sock_filter));
    if (pread(file, filter->data(), static_cast<size_t>(size), 0) != size) error = SystemError("pread");
  }
  close(file);
  return error;
}

void AddSockets(Builder& builder) {
  const int socket = SCMP_SYS(socket);
  for (int family = 0; family <= kLastFamily; ++family) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6) continue;
    if (family == AF_NETLINK) {
      // os.networkInterfaces() and getaddrinfo ask for routes and addresses.
      builder.RefuseIf(socket, EPERM, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2(SCMP_CMP_NE, NETLINK_ROUTE));
    } else {
      builder.RefuseIf(socket, EAFNOSUPPORT, SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family)));
    }
  }
  builder.RefuseIf(socket, EAFNOSUPPORT, SCMP_A0(SCMP_CMP_GT, kLastFamily));
  for (int family : {AF_INET, AF_INET6}) {
    for (int type : {SOCK_RAW, SOCK_PACKET, SOCK_RDM, SOCK_DCCP}) {
      builder.RefuseIf(socket, EPERM, SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family)),
                       SCMP_A1(SCMP_CMP_MASKED_EQ, kSocketTypeMask, static_cast<scmp_datum_t>(type)));
    }
  }
}

}  // namespace

std::string CompileSeccompFilters(SeccompFilters* filters) {
  Builder early;
  Builder last;
  Builder last_of_template;
  Builder last_of_fork;
  for (Builder* builder : {&early, &last, &last_of_template, &last_of_fork}) {
    if (builder->context() == nullptr) return "libseccomp cannot be initialised";
  }
  for (const char* name : kForbidden) early.Refuse(seccomp_syscall_resolve_name(name), EPERM);
  for (const char* name : kMissing) early.Refuse(seccomp_syscall_resolve_name(name), ENOSYS);
  for (int number : kForbiddenNumbers) early.Refuse(number, EPERM);
  for (int number : kMissingNumbers) early.Refuse(number, ENOSYS);
  // clone3 passes its flags in memory, where a filter cannot look; glibc then uses clone.
  early.Refuse(SCMP_SYS(clone3), ENOSYS);
  constexpr scmp_datum_t kRead = 0xffffffff;
  early.RefuseIf(SCMP_SYS(personality), EPERM, SCMP_A0(SCMP_CMP_NE, kRead));
  // It would outlive the invoker.
  early.RefuseIf(SCMP_SYS(prctl), EPERM, SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffffu, PR_SET_PDEATHSIG),
                 SCMP_A1(SCMP_CMP_NE, SIGKILL));
  AddSockets(early);
  for (int request : {TIOCSTI, TIOCLINUX}) {
    early.RefuseIf(SCMP_SYS(ioctl), EPERM,
                   SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, static_cast<scmp_datum_t>(request)));
  }

  for (Builder* builder : {&last, &last_of_template}) {
    for (const char* name : kForbiddenLast) builder->Refuse(seccomp_syscall_resolve_name(name), EPERM);
    for (uint64_t bit = 1; bit <= kNamespaceFlags; bit <<= 1) {
      if ((kNamespaceFlags & bit) == 0) continue;
      builder->RefuseIf(SCMP_SYS(clone), EPERM, SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit));
    }
  }
  for (Builder* builder : {&last, &last_of_fork}) builder->Refuse(SCMP_SYS(setns), EPERM);
  std::string error = early.Export(&filters->early);
  if (error.empty()) error = last.Export(&filters->last);
  if (error.empty()) error = last_of_template.Export(&filters->last_of_template);
  return error.empty() ? last_of_fork.Export(&filters->last_of_fork) : error;
}

std::string ApplySeccompFilter(const std::vector<sock_filter>& filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) return SystemError("seccomp");
  return "";
}

}  // namespace hearth::sandbox
