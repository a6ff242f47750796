// An addon for the attacks that need what JavaScript has not: crashes, forks, threads and raw system calls.
//
// Every function takes at most two integers and returns one: 0 or a count, or a negative errno. Nothing here goes on for
// longer than LIFETIME_S, and no bomb is larger than its caller says: where hearth does not stop it, the test fails, and
// the machine survives.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <node_api.h>

enum { LIFETIME_S = 10, THREAD_STACK = 64 << 10 };

typedef int64_t (*Function)(int64_t, int64_t);

static int64_t Result(int64_t value) { return value < 0 ? -errno : value; }

static void Spin(void) {
  struct timespec now, start;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while (now.tv_sec - start.tv_sec < LIFETIME_S);
}

static void Wait(void) {
  alarm(LIFETIME_S);
  signal(SIGALRM, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  while (1) pause();
}

static int64_t Segv(int64_t a, int64_t b) {
  *(volatile int*)8 = 1;
  return 0;
}

static int64_t IllegalInstruction(int64_t a, int64_t b) {
  __builtin_trap();
  return 0;
}

static int64_t CorruptHeap(int64_t a, int64_t b) {
  char* volatile memory = malloc(64);
  free((void*)((uintptr_t)memory + 1));
  return 0;
}

static int64_t OverflowStack(int64_t depth, int64_t b) {
  volatile char frame[4096];
  memset((char*)frame, (int)depth, sizeof frame);
  return depth == INT64_MAX ? 0 : OverflowStack(depth + 1, b) + frame[b & 7];
}

// Deaf to every signal that can be ignored.
static int64_t SpinDeaf(int64_t a, int64_t b) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  for (int signal_number = 1; signal_number < 64; ++signal_number) signal(signal_number, SIG_IGN);
  Spin();
  return 0;
}

// Processes that wait; how many could be had, or why no more.
static int64_t Fork(int64_t count, int64_t b) {
  for (int64_t n = 0; n < count; ++n) {
    const pid_t pid = fork();
    if (pid < 0) return -errno;
    if (pid == 0) Wait();
  }
  return count;
}

// Each process forks in turn, `depth` deep: 2 to the power of depth in all.
static int64_t ForkTree(int64_t depth, int64_t b) {
  for (int64_t n = 0; n < depth; ++n) {
    const pid_t pid = fork();
    if (pid < 0) return -errno;
    if (pid == 0) {
      ForkTree(depth - n - 1, 0);
      Wait();
    }
  }
  return 0;
}

static void* WaitInThread(void* unused) {
  sleep(LIFETIME_S);
  return NULL;
}

static int64_t Threads(int64_t count, int64_t b) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, THREAD_STACK);
  for (int64_t n = 0; n < count; ++n) {
    pthread_t thread;
    const int error = pthread_create(&thread, &attributes, WaitInThread, NULL);
    if (error != 0) return -error;
  }
  return count;
}

// A process in a session of its own, whose parent is gone.
static int64_t Daemon(int64_t spins, int64_t b) {
  const pid_t pid = fork();
  if (pid < 0) return -errno;
  if (pid == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    prctl(PR_SET_PDEATHSIG, 0);
    if (spins) Spin();
    else Wait();
    _exit(0);
  }
  return Result(waitpid(pid, NULL, 0)) < 0 ? -errno : 0;
}

// Orphans that end at once: whoever adopts them must collect them.
static int64_t Orphans(int64_t count, int64_t b) {
  for (int64_t n = 0; n < count; ++n) {
    const pid_t pid = fork();
    if (pid < 0) return -errno;
    if (pid == 0) {
      if (fork() == 0) usleep(50000);
      _exit(0);
    }
    waitpid(pid, NULL, 0);
  }
  return count;
}

// A child that takes memory, while this process takes none.
static int64_t FillMemoryInChild(int64_t megabytes, int64_t b) {
  const pid_t pid = fork();
  if (pid < 0) return -errno;
  if (pid == 0) {
    for (int64_t n = 0; n < megabytes; ++n) {
      char* memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory == MAP_FAILED) _exit(0);
      memset(memory, 1, 1 << 20);
    }
    Wait();
  }
  return 0;
}

static int64_t SpinInChildren(int64_t count, int64_t b) {
  for (int64_t n = 0; n < count; ++n) {
    const pid_t pid = fork();
    if (pid < 0) return -errno;
    if (pid == 0) {
      Spin();
      _exit(0);
    }
  }
  return count;
}

// Whatever ties this process to hearth.
static int64_t CutTies(int64_t a, int64_t b) {
  prctl(PR_SET_PDEATHSIG, 0);
  return 0;
}

static int64_t CloseAll(int64_t a, int64_t b) { return Result(syscall(SYS_close_range, 0, ~0u, 0)); }

// Neither stops nor changes the process that is traced.
static int64_t Trace(int64_t pid, int64_t b) { return Result(ptrace(PTRACE_SEIZE, (pid_t)pid, NULL, NULL)); }

static int64_t ReadProcess(int64_t pid, int64_t b) {
  char byte;
  // Any address will do: whether it may be read is decided before what is there (EFAULT).
  struct iovec here = {&byte, 1}, there = {(void*)4096, 1};
  return Result(process_vm_readv((pid_t)pid, &here, 1, &there, 1, 0));
}

// In a child, which has one thread, as new user namespaces want it.
static int64_t Unshare(int64_t flags, int64_t b) {
  const pid_t pid = fork();
  if (pid < 0) return -errno;
  if (pid == 0) _exit(unshare((int)flags) == 0 ? 0 : errno);
  int status = 0;
  waitpid(pid, &status, 0);
  return -WEXITSTATUS(status);
}

static int64_t SetUid(int64_t uid, int64_t b) { return Result(syscall(SYS_setresuid, uid, uid, uid)); }

// System calls that a function never needs, with arguments that do nothing where they are allowed.
static int64_t Call(int64_t which, int64_t b) {
  switch (which) {
    case 0:
      return Result(syscall(SYS_reboot, 0, 0, 0, 0));  // no magic numbers: EINVAL at most
    case 1:
      return Result(syscall(SYS_bpf, -1, NULL, 0));
    case 2:
      return Result(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
    case 3:
      return Result(syscall(SYS_init_module, NULL, 0, ""));
    case 4:
      return Result(syscall(SYS_kexec_load, 0, 0, NULL, -1));
    case 5:
      return Result(syscall(SYS_swapoff, ""));
    case 6:
      return Result(syscall(SYS_keyctl, -1, 0, 0, 0, 0));
    case 7:
      return Result(syscall(SYS_acct, "/nowhere/at/all"));
    case 8:
      return Result(syscall(SYS_pivot_root, "/nowhere", "/nowhere"));
    case 9:
      return Result(syscall(SYS_userfaultfd, 0));
    default:
      return -EINVAL;
  }
}

// Sends `count` messages that carry descriptors to whoever is at the other end of the socket.
static int64_t SendDescriptors(int64_t socket, int64_t count) {
  char byte = 0;
  struct iovec part = {&byte, 1};
  for (int64_t n = 0; n < count; ++n) {
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * 200)] = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * 200);
    for (int i = 0; i < 200; ++i) ((int*)CMSG_DATA(header))[i] = 0;
    if (sendmsg((int)socket, &message, MSG_NOSIGNAL) < 0) return -errno;
  }
  return count;
}

static const struct {
  const char* name;
  Function function;
} kFunctions[] = {
    {"segv", Segv},
    {"illegalInstruction", IllegalInstruction},
    {"corruptHeap", CorruptHeap},
    {"overflowStack", OverflowStack},
    {"spinDeaf", SpinDeaf},
    {"fork", Fork},
    {"forkTree", ForkTree},
    {"threads", Threads},
    {"daemon", Daemon},
    {"orphans", Orphans},
    {"fillMemoryInChild", FillMemoryInChild},
    {"spinInChildren", SpinInChildren},
    {"cutTies", CutTies},
    {"closeAll", CloseAll},
    {"trace", Trace},
    {"readProcess", ReadProcess},
    {"unshare", Unshare},
    {"setUid", SetUid},
    {"call", Call},
    {"sendDescriptors", SendDescriptors},
};

static napi_value Dispatch(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  void* index;
  int64_t numbers[2] = {0, 0};
  napi_get_cb_info(env, info, &count, arguments, NULL, &index);
  for (size_t i = 0; i < count && i < 2; ++i) napi_get_value_int64(env, arguments[i], &numbers[i]);
  napi_value result;
  napi_create_int64(env, kFunctions[(intptr_t)index].function(numbers[0], numbers[1]), &result);
  return result;
}

NAPI_MODULE_INIT() {
  for (size_t i = 0; i < sizeof kFunctions / sizeof *kFunctions; ++i) {
    napi_value function;
    napi_create_function(env, kFunctions[i].name, NAPI_AUTO_LENGTH, Dispatch, (void*)(intptr_t)i, &function);
    napi_set_named_property(env, exports, kFunctions[i].name, function);
  }
  return exports;
}
