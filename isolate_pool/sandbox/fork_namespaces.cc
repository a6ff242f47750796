#include "isolate_pool/sandbox/fork_namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>

#include "isolate_pool/sandbox/errors.h"
#include "isolate_pool/sandbox/identity.h"
#include "isolate_pool/sandbox/mount.h"
#include "isolate_pool/sandbox/root.h"

namespace hearth::sandbox {
namespace {

constexpr size_t kStackBytes = 64 << 10;
constexpr std::string_view kTmp = "/tmp/";

std::string WriteAt(int directory, const std::string& path, const std::string& text) {
  const int file = openat(directory, path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return SystemError(path);
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const std::string error = written ? "" : SystemError(path);
  close(file);
  return error;
}

// A tree that was taken hold of before /tmp was covered.
struct Tree {
  std::string path;
  int descriptor = -1;
};

std::string Hold(const std::vector<std::string>& paths, std::vector<Tree>* trees) {
  for (const std::string& path : paths) {
    const int tree = open_tree(AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (tree < 0) return SystemError(path);
    trees->push_back({path, tree});
  }
  return "";
}

std::string Show(const Tree& tree) {
  struct stat status{};
  if (fstat(tree.descriptor, &status) != 0) return SystemError(tree.path);
  const bool folder = S_ISDIR(status.st_mode);
  const std::string parents = folder ? tree.path : tree.path.substr(0, tree.path.rfind('/'));
  if (std::string error = MakeFolders("", parents); !error.empty()) return error;
  if (!folder) {
    const int file = open(tree.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return SystemError("making " + tree.path);
    close(file);
  }
  if (move_mount(tree.descriptor, "", AT_FDCWD, tree.path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) {
    return SystemError("mounting " + tree.path);
  }
  return "";
}

std::string CoverTmp(uint64_t bytes, const std::vector<std::string>& shown) {
  std::vector<Tree> trees;
  std::string error = Hold(shown, &trees);
  if (error.empty()) error = MountTmpfs("/tmp", bytes, true);
  for (const Tree& tree : trees) {
    if (error.empty()) error = Show(tree);
    close(tree.descriptor);
  }
  return error;
}

}  // namespace

// Memory and descriptors are shared with the child, which runs while this process waits for it.
struct NamespaceMaker::Child {
  enum class Task { kNamespaces, kKill };
  Task task;
  const NamespaceMaker* maker;
  uid_t user;
  int go = -1;  // read before anything else
  ForkNamespaces* namespaces = nullptr;
  std::string error;
};

int NamespaceMaker::RunChild(void* argument) {
  auto& child = *static_cast<Child*>(argument);
  if (child.task == Child::Task::kKill) {
    // Without capabilities it reaches that user's processes only.
    if (syscall(SYS_setresuid, child.user, child.user, child.user) != 0) {
      child.error = SystemError("setresuid");
    } else if (child.error = ClearCapabilities(); child.error.empty()) {
      syscall(SYS_kill, -1, SIGKILL);
    }
    return 0;
  }
  char byte;
  if (read(child.go, &byte, 1) != 1) return 0;
  const NamespaceMaker& maker = *child.maker;
  // What it makes is the property of this namespace's root, which nobody is.
  if (syscall(SYS_setresgid, 0, 0, 0) != 0 || syscall(SYS_setresuid, 0, 0, 0) != 0) {
    child.error = SystemError("becoming the user namespace's root");
    return 0;
  }
  child.error = CoverTmp(maker.template_.tmp_bytes, maker.template_.shown);
  if (!child.error.empty()) return 0;
  ForkNamespaces& made = *child.namespaces;
  for (const auto& [descriptor, path] : {std::pair<int*, const char*>{&made.user, "self/ns/user"},
                                         {&made.mount, "self/ns/mnt"},
                                         {&made.ipc, "self/ns/ipc"}}) {
    *descriptor = openat(maker.proc_, path, O_RDONLY | O_CLOEXEC);
    if (*descriptor < 0) child.error = SystemError(path);
  }
  return 0;
}

std::string NamespaceMaker::Prepare(const std::string& base) {
  // Children are not waited for, and neither is what the template's forks leave behind.
  signal(SIGCHLD, SIG_IGN);
  if (std::string error = MountProc(base, false); !error.empty()) return error;
  proc_ = open((base + "/proc").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (proc_ < 0) return SystemError(base + "/proc");
  stack_.resize(kStackBytes);
  return "";
}

std::string NamespaceMaker::Enter(Template served) {
  template_ = std::move(served);
  std::erase_if(template_.shown, [](const std::string& path) { return !path.starts_with(kTmp); });
  const std::string path = std::to_string(template_.process) + "/ns/mnt";
  const int mounts = openat(proc_, path.c_str(), O_RDONLY | O_CLOEXEC);
  if (mounts < 0) return SystemError(path);
  const bool entered = setns(mounts, CLONE_NEWNS) == 0;
  std::string error = entered ? "" : SystemError("entering the template's mounts");
  close(mounts);
  if (!entered) return error;
  umask(022);
  // The user namespaces that it makes are this user's. Capabilities stay (SECBIT_NO_SETUID_FIXUP).
  if (syscall(SYS_setresuid, -1, template_.owner, -1) != 0) return SystemError("setresuid");
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return "";
}

std::string NamespaceMaker::Make(uid_t user, ForkNamespaces* namespaces) {
  int go[2];
  if (pipe2(go, O_CLOEXEC) != 0) return SystemError("pipe");
  Child child{Child::Task::kNamespaces, this, user, go[0], namespaces, ""};
  constexpr int kFlags = CLONE_VM | CLONE_FILES | CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD;
  const pid_t pid = clone(RunChild, stack_.data() + stack_.size(), kFlags, &child);
  std::string error;
  if (pid < 0) {
    error = SystemError("clone");
  } else {
    const std::string process = std::to_string(pid);
    const std::string map = "0 " + std::to_string(template_.owner) + " 1\n" + std::to_string(template_.user) + " " +
                            std::to_string(user) + " 1";
    error = WriteAt(proc_, process + "/uid_map", map);
    if (error.empty()) error = WriteAt(proc_, process + "/gid_map", map);
    if (!error.empty()) {
      kill(pid, SIGKILL);
    } else if (write(go[1], "", 1) != 1) {
      error = SystemError("pipe");
    }
    // Returns when it is gone.
    waitpid(pid, nullptr, 0);
    if (error.empty()) error = child.error;
  }
  close(go[0]);
  close(go[1]);
  if (error.empty() && !namespaces->complete()) error = "the process that makes namespaces was killed";
  if (!error.empty()) {
    for (int* descriptor : {&namespaces->user, &namespaces->mount, &namespaces->ipc}) {
      if (*descriptor >= 0) close(*descriptor);
      *descriptor = -1;
    }
  }
  return error;
}

std::string NamespaceMaker::KillAll(uid_t user) {
  Child child{Child::Task::kKill, this, user, -1, nullptr, ""};
  const pid_t pid = clone(RunChild, stack_.data() + stack_.size(), CLONE_VM | SIGCHLD, &child);
  if (pid < 0) return SystemError("clone");
  waitpid(pid, nullptr, 0);
  return child.error;
}

std::string EnterNamespaces(const ForkNamespaces& namespaces, uid_t owner, uid_t user) {
  if (syscall(SYS_setresuid, -1, owner, -1) != 0) return SystemError("becoming the owner of the namespaces");
  // A process that enters a mount namespace finds itself in its root.
  std::array<char, PATH_MAX> folder;
  if (getcwd(folder.data(), folder.size()) == nullptr) return SystemError("getcwd");
  if (setns(namespaces.user, CLONE_NEWUSER) != 0) return SystemError("entering a user namespace");
  if (setns(namespaces.mount, CLONE_NEWNS) != 0) return SystemError("entering a mount namespace");
  if (setns(namespaces.ipc, CLONE_NEWIPC) != 0) return SystemError("entering an IPC namespace");
  if (chdir(folder.data()) != 0) return SystemError(folder.data());
  // Before the user changes: until now it is the user namespace's root, whose capabilities a change would take.
  if (std::string error = LockSecureBits(); !error.empty()) return error;
  return BecomeUser(user);
}

}  // namespace hearth::sandbox
