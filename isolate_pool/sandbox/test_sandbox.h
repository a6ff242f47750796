#pragma once

// Runs a piece of code in a sandbox, in a process of its own, and gives back what it found out.

#include <sys/types.h>

#include <functional>
#include <string>

#include "isolate_pool/sandbox/layers.h"
#include "isolate_pool/sandbox/plan.h"
#include "isolate_pool/sandbox/policy.h"

namespace hearth::sandbox {

struct Finding {
  Report report;      // of the layers, as the process made it
  std::string error;  // of EnterFunction; the code did not run then
  std::string text;   // what the code returned
  int status = 0;     // as waitpid gives it
};

// A folder that all may read, removed with the object: files in it, and "code/" and "runtime/".
class TestFolders {
 public:
  TestFolders();
  ~TestFolders();
  const std::string& root() const { return root_; }
  std::string code() const { return root_ + "/code"; }
  std::string runtime() const { return root_ + "/runtime"; }

 private:
  std::string root_;
};

// The user that tests take for an ordinary one; 0 stands for whoever runs them.
inline constexpr uid_t kNobody = 65534;

// Prepares a plan as `user`, lets `change` alter it, forks, enters and runs `code` there.
Finding RunInSandbox(uid_t user, const std::string& runtime, const Policy& policy,
                     const std::function<std::string()>& code, const std::function<void(Plan&)>& change = nullptr);

}  // namespace hearth::sandbox
