#include "emulator/descendants.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace hearth {
namespace {

// /proc/self/task/<tid>/children, over all threads: a child belongs to the thread that made it.
std::vector<pid_t> Children() {
  std::vector<pid_t> children;
  DIR* tasks = opendir("/proc/self/task");
  if (tasks == nullptr) return children;
  while (const dirent* task = readdir(tasks)) {
    if (task->d_name[0] == '.') continue;
    std::ifstream file(std::string("/proc/self/task/") + task->d_name + "/children");
    for (pid_t pid; file >> pid;) children.push_back(pid);
  }
  closedir(tasks);
  return children;
}

}  // namespace

void AdoptDescendants() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

void KillDescendants() {
  for (std::vector<pid_t> children = Children(); !children.empty(); children = Children()) {
    for (pid_t pid : children) kill(pid, SIGKILL);
    for (pid_t pid : children) waitpid(pid, nullptr, 0);
  }
}

}  // namespace hearth
