// The filter alone, in a fork, as whoever runs the tests: as root, who could do all of this without it.

#include "isolate_pool/sandbox/seccomp_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>

namespace hearth::sandbox {
namespace {

// The errno with which `call` fails under the filter; 0 if it succeeds.
int ErrnoOf(const std::function<long()>& call) {
  static const SeccompFilters kFilters = [] {
    SeccompFilters compiled;
    EXPECT_EQ(CompileSeccompFilters(&compiled), "");
    return compiled;
  }();
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!ApplySeccompFilter(kFilters.early).empty() || !ApplySeccompFilter(kFilters.last).empty()) _exit(255);
    errno = 0;
    _exit(call() < 0 ? errno : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

struct Call {
  const char* name;
  long number;
  int error;
};

class RefusedCall : public ::testing::TestWithParam<Call> {};

// With arguments that the kernel itself would refuse otherwise than the filter does.
TEST_P(RefusedCall, Fails) {
  const Call& call = GetParam();
  EXPECT_EQ(ErrnoOf([&] { return syscall(call.number, -1L, -1L, -1L, -1L, -1L, -1L); }), call.error);
}

#define CALL(name, error) \
  Call { #name, SYS_##name, error }
INSTANTIATE_TEST_SUITE_P(
    , RefusedCall,
    ::testing::Values(CALL(mount, EPERM), CALL(umount2, EPERM), CALL(pivot_root, EPERM), CALL(chroot, EPERM),
                      CALL(fsopen, EPERM), CALL(fsconfig, EPERM), CALL(fsmount, EPERM), CALL(fspick, EPERM),
                      CALL(move_mount, EPERM), CALL(open_tree, EPERM), CALL(mount_setattr, EPERM), CALL(swapon, EPERM),
                      CALL(swapoff, EPERM), CALL(quotactl, EPERM), CALL(setns, EPERM), CALL(unshare, EPERM),
                      CALL(ptrace, EPERM), CALL(process_vm_readv, EPERM), CALL(process_vm_writev, EPERM),
                      CALL(pidfd_getfd, EPERM), CALL(kcmp, EPERM), CALL(open_by_handle_at, EPERM),
                      CALL(name_to_handle_at, EPERM), CALL(bpf, EPERM), CALL(userfaultfd, EPERM),
                      CALL(perf_event_open, EPERM), CALL(keyctl, EPERM), CALL(add_key, EPERM), CALL(request_key, EPERM),
                      CALL(kexec_load, EPERM), CALL(kexec_file_load, EPERM), CALL(init_module, EPERM),
                      CALL(finit_module, EPERM), CALL(delete_module, EPERM), CALL(reboot, EPERM),
                      CALL(settimeofday, EPERM), CALL(clock_settime, EPERM), CALL(clock_adjtime, EPERM),
                      CALL(adjtimex, EPERM), CALL(acct, EPERM), CALL(syslog, EPERM), CALL(vhangup, EPERM),
                      CALL(sethostname, EPERM), CALL(setdomainname, EPERM), CALL(io_uring_setup, ENOSYS),
                      CALL(io_uring_enter, ENOSYS), CALL(io_uring_register, ENOSYS), CALL(clone3, ENOSYS)),
    [](const auto& info) { return std::string(info.param.name); });

TEST(SeccompFilter, NamespacesByClone) {
  for (long flag :
       {CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    EXPECT_EQ(ErrnoOf([=] { return syscall(SYS_clone, flag | SIGCHLD, 0, 0, 0, 0); }), EPERM) << flag;
  }
  EXPECT_EQ(ErrnoOf([] { return fork(); }), 0);
}

TEST(SeccompFilter, Personality) {
  EXPECT_EQ(ErrnoOf([] { return personality(ADDR_NO_RANDOMIZE); }), EPERM);
  EXPECT_EQ(ErrnoOf([] { return personality(0xffffffff); }), 0);
}

TEST(SeccompFilter, Sockets) {
  const auto open = [](int family, int type, int protocol) {
    return ErrnoOf([=] { return socket(family, type, protocol); });
  };
  EXPECT_EQ(open(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 0);
  EXPECT_EQ(open(AF_INET, SOCK_DGRAM, 0), 0);
  EXPECT_EQ(open(AF_UNIX, SOCK_SEQPACKET, 0), 0);
  EXPECT_EQ(open(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), 0);
  EXPECT_EQ(open(AF_INET, SOCK_RAW, IPPROTO_ICMP), EPERM);
  EXPECT_EQ(open(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW), EPERM);
  EXPECT_EQ(open(AF_INET6, SOCK_RAW, IPPROTO_RAW), EPERM);
  for (int protocol : {NETLINK_NETFILTER, NETLINK_AUDIT, NETLINK_KOBJECT_UEVENT, NETLINK_GENERIC}) {
    EXPECT_EQ(open(AF_NETLINK, SOCK_RAW, protocol), EPERM) << protocol;
  }
  for (int family : {AF_PACKET, AF_VSOCK, AF_ALG, AF_BLUETOOTH, AF_CAN, AF_TIPC, AF_KEY, AF_XDP, 50}) {
    EXPECT_EQ(open(family, SOCK_RAW, 0), EAFNOSUPPORT) << family;
    EXPECT_EQ(open(family, SOCK_SEQPACKET, 0), EAFNOSUPPORT) << family;
  }
}

TEST(SeccompFilter, TerminalInjection) {
  for (unsigned long request : {TIOCSTI, TIOCLINUX}) {
    EXPECT_EQ(ErrnoOf([=] { return ioctl(STDIN_FILENO, request, ""); }), EPERM);
    // The kernel looks at 32 bits only.
    EXPECT_EQ(ErrnoOf([=] { return syscall(SYS_ioctl, STDIN_FILENO, request | (1ul << 40), ""); }), EPERM);
  }
}

TEST(SeccompFilter, OtherArchitecturesCallsAreRefused) {
#ifdef __x86_64__
  // getpid of the x32 ABI.
  EXPECT_EQ(ErrnoOf([] { return syscall(0x40000000 + SYS_getpid); }), ENOSYS);
#endif
}

}  // namespace
}  // namespace hearth::sandbox
