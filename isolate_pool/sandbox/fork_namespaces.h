#pragma once

// Namespaces for each fork of a template, so that the instances of one function are apart from each other.
//
// A template is in its sandbox and can make none. A keeper makes them for it: the first process of the template's pid
// namespace, which runs no function's code and keeps the zygote's privileges. For each fork it makes a user namespace, in
// which one user of the machine's (another one for each fork) has the number that the template's user has outside, a
// mount namespace with an empty /tmp over the template's, and an IPC namespace. The user namespace has an owner, a user
// that the template may take on: that is what lets a fork enter it, by its descriptor. It is not the template's own user
// because all processes in the namespaces are counted as their owner's, and the template has a budget.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::sandbox {

// Descriptors of namespaces; -1: none.
struct ForkNamespaces {
  int user = -1;
  int mount = -1;
  int ipc = -1;

  bool complete() const { return user >= 0 && mount >= 0 && ipc >= 0; }
};

// Used by the keeper, which must have one thread. All return an error text, empty on success.
class NamespaceMaker {
 public:
  // First, before the template has entered its sandbox: this process must be the first of its pid namespace, in a mount
  // namespace of its own. `base` is Plan::base.
  std::string Prepare(const std::string& base);

  struct Template {
    pid_t process = -1;  // its id here
    uid_t user = 0;
    uid_t owner = 0;
    uint64_t tmp_bytes = 0;
    std::vector<std::string> shown;  // paths of code and runtime: those in /tmp are shown in each fork's as well
  };
  // Once, when the template is in its sandbox.
  std::string Enter(Template served);

  // Namespaces for a fork that is to be `user`. The caller owns the descriptors.
  std::string Make(uid_t user, ForkNamespaces* namespaces);

  // Kills all processes of that user in this pid namespace, at once: none of them can fork meanwhile.
  std::string KillAll(uid_t user);

 private:
  struct Child;
  static int RunChild(void* child);

  int proc_ = -1;      // a proc file system of this pid namespace, writable
  Template template_;  // `shown`: of those, what is in /tmp
  std::vector<char> stack_;
};

// Used by a fork, which must have one thread: enters, and becomes the user; the working directory stays what it is. It has all capabilities in its user namespace
// then, until it gives them up (ClearCapabilities), and no way to gain any. `user`: as it is seen inside.
std::string EnterNamespaces(const ForkNamespaces& namespaces, uid_t owner, uid_t user);

}  // namespace hearth::sandbox
