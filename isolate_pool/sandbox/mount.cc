#include "isolate_pool/sandbox/mount.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "isolate_pool/sandbox/errors.h"

namespace hearth::sandbox {
namespace {

// What a file or folder takes in the kernel: a bound for their number, beside that of their bytes.
constexpr uint64_t kBytesPerInode = 4096;
constexpr uint64_t kMinInodes = 1024;

}  // namespace

std::string BindReadOnly(const std::string& source, const std::string& target, int user_namespace) {
  const int tree = open_tree(AT_FDCWD, source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (tree < 0) return SystemError(source);
  struct mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  std::string error;
  if (mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes) != 0) {
    error = SystemError("mount_setattr " + source);
  }
  if (error.empty() && user_namespace >= 0) {
    attributes = {};
    attributes.attr_set = MOUNT_ATTR_IDMAP;
    attributes.userns_fd = static_cast<uint64_t>(user_namespace);
    // Not recursive: what is mounted below may be of a file system that cannot do this.
    if (mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0) {
      error = SystemError("mapping the owner of " + source);
    }
  }
  if (error.empty() && move_mount(tree, "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) {
    error = SystemError("mounting " + source);
  }
  close(tree);
  return error;
}

std::string MountTmpfs(const std::string& target, uint64_t bytes, bool writable) {
  const uint64_t inodes = std::max(kMinInodes, bytes / kBytesPerInode);
  const std::string options = "size=" + std::to_string(bytes) + ",nr_inodes=" + std::to_string(inodes) +
                              (writable ? ",mode=1777" : ",mode=755");
  // The root of a file tree holds devices; what can be written does not.
  const unsigned long flags = MS_NOSUID | (writable ? MS_NODEV : 0);
  return mount("tmpfs", target.c_str(), "tmpfs", flags, options.c_str()) == 0 ? "" : SystemError("tmpfs on " + target);
}

std::string MakeReadOnly(const std::string& mount_point) {
  struct mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (mount_setattr(AT_FDCWD, mount_point.c_str(), 0, &attributes, sizeof attributes) == 0) return "";
  return SystemError("making " + mount_point + " read-only");
}

std::string MakeFolders(const std::string& root, const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string folder = root + path.substr(0, slash);
    if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return SystemError("making " + folder);
    if (slash == std::string::npos) return "";
  }
}

std::string MakeMountPoint(const std::string& source, const std::string& root, const std::string& path) {
  struct stat status{};
  if (stat(source.c_str(), &status) != 0) return SystemError(source);
  if (S_ISDIR(status.st_mode)) return MakeFolders(root, path);
  const size_t slash = path.rfind('/');
  if (slash > 0) {
    if (std::string error = MakeFolders(root, path.substr(0, slash)); !error.empty()) return error;
  }
  const std::string target = root + path;
  const int file = open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return SystemError("making " + target);
  close(file);
  return "";
}

std::string EnterTree(const std::string& path) {
  if (chdir(path.c_str()) != 0) return SystemError(path);
  if (mount(".", "/", nullptr, MS_MOVE, nullptr) != 0) return SystemError("moving the file tree to /");
  if (chroot(".") != 0) return SystemError("chroot");
  return chdir("/") == 0 ? "" : SystemError("chdir");
}

}  // namespace hearth::sandbox
