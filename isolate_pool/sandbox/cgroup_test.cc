// On folders that look like a control group; that the kernel acts on what is written there is not for a unit test.

#include "isolate_pool/sandbox/cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace hearth::sandbox {
namespace {

namespace fs = std::filesystem;

class CgroupsTest : public ::testing::Test {
 protected:
  CgroupsTest() {
    std::string pattern = fs::canonical(testing::TempDir()) / "cgroup-XXXXXX";
    root_ = mkdtemp(pattern.data());
    Write("mountinfo", "30 1 0:26 / /proc rw - proc proc rw\n31 1 0:27 / " + (root_ / "tree").string() +
                           " rw,nosuid shared:4 - cgroup2 cgroup2 rw\n");
    Write("self", "0::/unit\n");
    Write("tree/unit/cgroup.controllers", "cpu memory pids\n");
    Write("tree/unit/cgroup.subtree_control", "");
    Write("tree/unit/cgroup.procs", "");
    Write("tree/unit/hearth/cgroup.procs", "");
  }
  ~CgroupsTest() override { fs::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  std::string Read(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(root_ / path).rdbuf();
    return text.str();
  }
  Cgroups Open() { return Cgroups::Open(root_ / "mountinfo", root_ / "self"); }

  fs::path root_;
};

TEST_F(CgroupsTest, OpeningMovesThisProcessAsideAndHandsTheControllersOn) {
  EXPECT_EQ(Open().unavailable(), "");
  EXPECT_EQ(Read("tree/unit/hearth/cgroup.procs"), std::to_string(getpid()));
  EXPECT_EQ(Read("tree/unit/cgroup.subtree_control"), "+memory +pids");
}

TEST_F(CgroupsTest, WithoutVersion2ItIsUnavailable) {
  Write("mountinfo", "30 1 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  Cgroups groups = Open();
  EXPECT_EQ(groups.unavailable(), "cgroup version 2 is not mounted");
  EXPECT_EQ(groups.Add("a", 1, {}), groups.unavailable());
  EXPECT_FALSE(groups.KilledForMemory("a"));
  groups.Remove("a");
}

TEST_F(CgroupsTest, WithoutAControllerItIsUnavailableAndSaysWhich) {
  Write("tree/unit/cgroup.controllers", "cpu memory\n");
  EXPECT_EQ(Open().unavailable(), "no pids controller in " + (root_ / "tree/unit").string());
  EXPECT_EQ(Read("tree/unit/hearth/cgroup.procs"), "");
}

TEST_F(CgroupsTest, WhereTheTreeIsNotDelegatedEverythingIsAsBefore) {
  fs::remove(root_ / "tree/unit/cgroup.subtree_control");
  EXPECT_NE(Open().unavailable(), "");
  EXPECT_EQ(Read("tree/unit/cgroup.procs"), std::to_string(getpid()));
}

TEST_F(CgroupsTest, AGroupThatCannotBeLimitedIsAnErrorAndDoesNotStay) {
  Cgroups groups = Open();
  // A folder has no memory.max by itself, as a control group does.
  EXPECT_NE(groups.Add("a", 1, {.memory_bytes = 1, .processes = 1}), "");
  EXPECT_FALSE(fs::exists(root_ / "tree/unit/instance-a"));
}

TEST_F(CgroupsTest, AKillForMemoryIsKnown) {
  const Cgroups groups = Open();
  Write("tree/unit/instance-a/memory.events", "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\n");
  Write("tree/unit/instance-b/memory.events", "low 0\nhigh 0\nmax 7\noom 0\noom_kill 0\n");
  EXPECT_TRUE(groups.KilledForMemory("a"));
  EXPECT_FALSE(groups.KilledForMemory("b"));
}

TEST_F(CgroupsTest, TheRealMachineGivesAReasonOrAGroup) {
  const Cgroups groups = Cgroups::Open("/proc/self/mountinfo", "/nowhere");
  EXPECT_FALSE(groups.available());
}

}  // namespace
}  // namespace hearth::sandbox
