#include "emulator/descendants.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
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

// Without a wait, which might take it from whoever waits for it.
bool IsZombie(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

}  // namespace

void AdoptDescendants() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

void OrphanReaper::Start() {
  signals_.add(SIGCHLD);
  WaitForSignal();
}

void OrphanReaper::Stop() {
  boost::system::error_code ignored;
  signals_.cancel(ignored);
  timer_.cancel();
}

void OrphanReaper::WaitForSignal() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (!error) LookLater();
  });
}

void OrphanReaper::LookLater() {
  timer_.expires_after(kInterval);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    Look() > 0 ? LookLater() : WaitForSignal();
  });
}

size_t OrphanReaper::Look() {
  std::set<pid_t> zombies;
  for (const pid_t pid : Children()) {
    if (!IsZombie(pid)) continue;
    if (zombies_.contains(pid)) {
      waitpid(pid, nullptr, WNOHANG);
    } else {
      zombies.insert(pid);
    }
  }
  zombies_ = std::move(zombies);
  return zombies_.size();
}

void KillDescendants() {
  for (std::vector<pid_t> children = Children(); !children.empty(); children = Children()) {
    for (pid_t pid : children) kill(pid, SIGKILL);
    // In whatever order they end: the first process of a pid namespace ends after all others of it were waited for.
    for (size_t i = 0; i < children.size(); ++i) waitpid(-1, nullptr, 0);
  }
}

}  // namespace hearth
