#include "isolate_pool/sandbox/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "isolate_pool/sandbox/errors.h"

namespace hearth::sandbox {
namespace {

// Newer than the kernel headers of Debian 12.
constexpr uint64_t kFsTruncate = 1ull << 14;  // ABI 3
constexpr uint64_t kFsIoctlDev = 1ull << 15;  // ABI 5
constexpr uint64_t kNetTcp = 3;               // bind and connect; ABI 4
constexpr uint64_t kScopeAll = 3;             // abstract sockets and signals; ABI 6

// landlock_ruleset_attr as it has been since ABI 6; older kernels are told the size that they know.
struct RulesetAttributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};

constexpr uint64_t kFsRead = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kFsAbi1 = (1ull << 13) - 1;
constexpr uint64_t kFsDevice =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_DIR | kFsIoctlDev;
// What a rule about a file, not a folder, may name.
constexpr uint64_t kFsOfFile = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                               LANDLOCK_ACCESS_FS_WRITE_FILE | kFsTruncate | kFsIoctlDev;

uint64_t HandledFs(int abi) {
  uint64_t handled = kFsAbi1;
  if (abi >= 2) handled |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) handled |= kFsTruncate;
  if (abi >= 5) handled |= kFsIoctlDev;
  return handled;
}

std::string AddRule(int ruleset, const std::string& path, uint64_t access) {
  const int file = open(path.c_str(), O_PATH | O_CLOEXEC);
  if (file < 0) return errno == ENOENT || errno == EACCES ? "" : SystemError(path);
  struct stat status{};
  if (fstat(file, &status) == 0 && !S_ISDIR(status.st_mode)) access &= kFsOfFile;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = file;
  std::string error;
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) error = SystemError(path);
  close(file);
  return error;
}

}  // namespace

int LandlockAbi(std::string* error) {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi > 0) return static_cast<int>(abi);
  *error = errno == EOPNOTSUPP ? "Landlock is in this kernel but not enabled (boot parameter lsm=landlock,…)"
           : errno == ENOSYS   ? "this kernel has no Landlock (Linux 5.13 and later)"
                               : SystemError("landlock_create_ruleset");
  return 0;
}

std::string ApplyLandlock(int abi, const LandlockRules& rules) {
  const uint64_t handled = HandledFs(abi);
  RulesetAttributes attributes{handled, 0, 0};
  size_t size = sizeof attributes.handled_access_fs;
  if (abi >= 4) {
    size += sizeof attributes.handled_access_net;
    if (rules.deny_tcp) attributes.handled_access_net = kNetTcp;
  }
  if (abi >= 6) {
    size += sizeof attributes.scoped;
    attributes.scoped = kScopeAll;
  }
  const int ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
  if (ruleset < 0) return SystemError("landlock_create_ruleset");
  std::string error;
  const auto add = [&](const std::vector<std::string>& paths, uint64_t access) {
    for (const std::string& path : paths) {
      if (error.empty()) error = AddRule(ruleset, path, access & handled);
    }
  };
  add(rules.readable, kFsRead);
  add(rules.writable, handled);
  add(rules.devices, kFsDevice);
  if (error.empty() && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
    error = SystemError("landlock_restrict_self");
  }
  close(ruleset);
  return error;
}

}  // namespace hearth::sandbox
