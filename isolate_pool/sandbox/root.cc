#include "isolate_pool/sandbox/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "isolate_pool/sandbox/errors.h"
#include "isolate_pool/sandbox/identity.h"
#include "isolate_pool/sandbox/mount.h"

namespace hearth::sandbox {
namespace {

// Folders below /sys that no one looks into, in /sys because it is everywhere and nobody's code lies there.
constexpr const char* kBasePlaces[] = {"/sys/firmware", "/sys/power", "/sys/kernel", "/sys"};

constexpr uint64_t kBaseBytes = 16 << 20;
// Holds empty folders only.
constexpr uint64_t kFoldersBytes = 1 << 20;

constexpr const char* kRuntimeFolders[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
constexpr const char* kEtcFolders[] = {"/etc/ssl/certs", "/etc/ca-certificates", "/etc/alternatives", "/etc/pki"};
constexpr const char* kEtcFiles[] = {
    "/etc/resolv.conf", "/etc/nsswitch.conf",  "/etc/host.conf",      "/etc/gai.conf",   "/etc/services",
    "/etc/protocols",   "/etc/localtime",      "/etc/timezone",       "/etc/mime.types", "/etc/ld.so.cache",
    "/etc/os-release",  "/etc/debian_version", "/etc/ssl/openssl.cnf"};
// Larger ones are no configuration.
constexpr size_t kMaxEtcFile = 1 << 20;

constexpr std::pair<const char*, int> kDevices[] = {
    {"null", 3}, {"zero", 5}, {"full", 7}, {"random", 8}, {"urandom", 9}};
// Those to folders are relative: before the base is the root, an absolute one leads out of it.
constexpr std::pair<const char*, const char*> kLinks[] = {{"/proc/self/fd", "/dev/fd"},
                                                          {"/proc/self/fd/0", "/dev/stdin"},
                                                          {"/proc/self/fd/1", "/dev/stdout"},
                                                          {"/proc/self/fd/2", "/dev/stderr"},
                                                          {"../tmp", "/dev/shm"},
                                                          {"../tmp", "/var/tmp"}};

// What a function's code cannot lie in: these are made up.
constexpr std::string_view kMadeUp[] = {"/etc", "/proc", "/dev", "/sys"};

std::string ReadWhole(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  std::string text;
  char buffer[16 << 10];
  ssize_t size = 0;
  while (text.size() < kMaxEtcFile && (size = read(file, buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<size_t>(size));
  }
  close(file);
  return text;
}

std::string WriteWhole(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return SystemError(path);
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const std::string error = written ? "" : SystemError(path);
  close(file);
  return error;
}

std::string LinkTarget(const std::string& path) {
  std::array<char, 4096> buffer;
  const ssize_t size = readlink(path.c_str(), buffer.data(), buffer.size());
  return size <= 0 ? "" : std::string(buffer.data(), static_cast<size_t>(size));
}

bool IsFolder(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool SameFile(const std::string& a, const std::string& b) {
  struct stat left{};
  struct stat right{};
  return stat(a.c_str(), &left) == 0 && stat(b.c_str(), &right) == 0 && left.st_dev == right.st_dev &&
         left.st_ino == right.st_ino;
}

bool IsBelow(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// "/home" of "/home/ada/app".
std::string TopOf(const std::string& path) { return path.substr(0, path.find('/', 1)); }

std::string Passwd(uid_t user) {
  const std::string id = std::to_string(user);
  std::string text =
      "root:x:0:0:root:/root:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
  if (user != 0) text += "function:x:" + id + ":" + id + ":function:/tmp:/bin/sh\n";
  return text;
}

std::string MountAt(const std::string& source, const std::string& base) {
  if (std::string error = MakeMountPoint(source, base, source); !error.empty()) return error;
  return BindReadOnly(source, base + source);
}

std::string AddRuntime(const std::string& base, const std::string& runtime) {
  for (const std::string folder : kRuntimeFolders) {
    if (const std::string target = LinkTarget(folder); !target.empty()) {
      if (symlink(target.c_str(), (base + folder).c_str()) != 0) return SystemError(base + folder);
    } else if (IsFolder(folder)) {
      if (std::string error = MountAt(folder, base); !error.empty()) return error;
    }
  }
  return SameFile(runtime, base + runtime) ? "" : MountAt(runtime, base);
}

std::string AddEtc(const std::string& base, uid_t user) {
  for (const char* folder : {"/etc", "/etc/ssl"}) {
    if (std::string error = MakeFolders(base, folder); !error.empty()) return error;
  }
  for (const std::string folder : kEtcFolders) {
    if (!IsFolder(folder)) continue;
    if (std::string error = MountAt(folder, base); !error.empty()) return error;
  }
  for (const std::string file : kEtcFiles) {
    const std::string target = LinkTarget(file);
    // The name of the time zone is read from the link itself.
    if (target.starts_with("/usr/") || target.starts_with("../usr/")) {
      if (symlink(target.c_str(), (base + file).c_str()) != 0) return SystemError(base + file);
    } else if (const std::string text = ReadWhole(file); !text.empty()) {
      if (std::string error = WriteWhole(base + file, text); !error.empty()) return error;
    }
  }
  for (const auto& [file, text] : {std::pair<const char*, std::string>{"/etc/hosts", ReadWhole("/etc/hosts")},
                                   {"/etc/passwd", Passwd(user)},
                                   {"/etc/group", "root:x:0:\nnogroup:x:65534:\n"}}) {
    if (std::string error = WriteWhole(base + file, text); !error.empty()) return error;
  }
  return "";
}

std::string AddDevices(const std::string& base) {
  if (std::string error = MakeFolders(base, "/dev"); !error.empty()) return error;
  for (const auto& [name, minor] : kDevices) {
    const std::string device = std::string("/dev/") + name;
    const std::string target = base + device;
    if (mknod(target.c_str(), S_IFCHR | 0666, makedev(1, static_cast<unsigned>(minor))) == 0) {
      // mknod heeds the umask.
      if (chmod(target.c_str(), 0666) != 0) return SystemError(target);
      continue;
    }
    // Who is root in a user namespace only may not make devices, but mount those that there are.
    if (std::string error = MakeMountPoint(device, base, device); !error.empty()) return error;
    if (mount(device.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0) return SystemError("mounting " + device);
  }
  for (const auto& [target, link] : kLinks) {
    const std::string path = base + link;
    if (std::string error = MakeFolders(base, std::string(link).substr(0, std::string_view(link).rfind('/')));
        !error.empty()) {
      return error;
    }
    if (symlink(target, path.c_str()) != 0) return SystemError(path);
  }
  return "";
}

// Empty folders with the names of the machine's, for code to be mounted below.
void AddTopFolders(const std::string& base) {
  DIR* directory = opendir("/");
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    const std::string name = std::string("/") + entry->d_name;
    if (entry->d_name[0] != '.' && IsFolder(name)) (void)mkdir((base + name).c_str(), 0755);
  }
  closedir(directory);
}

// Who may read the code through its folder's mode bits? When not everyone: a map that makes `user` its owner, in *map,
// or the reason why there is none.
std::string OwnerMap(const FunctionTree& tree, const std::string& path, int* map) {
  struct stat status{};
  if (tree.user == 0 || stat(path.c_str(), &status) != 0) return "";
  const mode_t wanted = S_ISDIR(status.st_mode) ? S_IROTH | S_IXOTH : S_IROTH;
  if ((status.st_mode & wanted) == wanted || status.st_uid == tree.user) return "";
  return MakeOwnerMap(tree.base + "/proc", status.st_uid, status.st_gid, tree.user, map);
}

class FunctionMounts {
 public:
  explicit FunctionMounts(const FunctionTree& tree) : tree_(tree) {}

  std::string Add(const std::string& path, CodeAccess* access) {
    if (path.empty() || path[0] != '/' || path == "/") return "\"" + path + "\" is no absolute path below /";
    if (std::any_of(std::begin(kMadeUp), std::end(kMadeUp), [&](auto folder) { return IsBelow(path, folder); })) {
      return path + " cannot be shown: a sandbox has a " + TopOf(path) + " of its own";
    }
    if (SameFile(path, tree_.base + path)) return "";
    if (std::string error = MakeRoom(TopOf(path)); !error.empty()) return error;
    if (std::string error = MakeMountPoint(path, tree_.base, path); !error.empty()) return error;
    int map = -1;
    std::string mapping = OwnerMap(tree_, path, &map);
    std::string error = mapping.empty() ? BindReadOnly(path, tree_.base + path, map) : mapping;
    if (map >= 0) close(map);
    access->by_owner_only |= map >= 0;
    if (!error.empty() && (map >= 0 || !mapping.empty())) {
      // Without a map the user cannot be changed, but the tree stands.
      if (access->unowned.empty()) access->unowned = path + " is not readable for all, and " + error;
      error = BindReadOnly(path, tree_.base + path);
    }
    return error;
  }

  std::string Finish() {
    for (const std::string& folder : covered_) {
      if (std::string error = MakeReadOnly(tree_.base + folder); !error.empty()) return error;
    }
    return tree_.shared ? "" : MakeReadOnly(tree_.base);
  }

 private:
  // Folders on the way to the code must not show up in the base of other instances.
  std::string MakeRoom(const std::string& top) {
    if (!tree_.shared || top == "/tmp" || std::find(covered_.begin(), covered_.end(), top) != covered_.end()) return "";
    if (!IsFolder(tree_.base + top)) return top + " was made after hearth started: restart it";
    if (std::string error = MountTmpfs(tree_.base + top, kFoldersBytes, false); !error.empty()) return error;
    covered_.push_back(top);
    if (top == "/var" && symlink("../tmp", (tree_.base + "/var/tmp").c_str()) != 0) return SystemError("/var/tmp");
    return TopOf(tree_.runtime) == top ? MountAt(tree_.runtime, tree_.base) : "";
  }

  const FunctionTree& tree_;
  std::vector<std::string> covered_;
};

// /etc/passwd of a shared base names nobody: the user is another in each instance.
std::string NameUser(const FunctionTree& tree) {
  const std::string file = tree.base + "/tmp/.passwd";
  if (std::string error = WriteWhole(file, Passwd(tree.user)); !error.empty()) return error;
  std::string error = BindReadOnly(file, tree.base + "/etc/passwd");
  unlink(file.c_str());
  return error;
}

}  // namespace

std::string FindBasePlace() {
  for (const char* place : kBasePlaces) {
    if (IsFolder(place)) return place;
  }
  return "";
}

std::string BuildBase(const std::string& base, const std::string& runtime, uid_t user) {
  // Folders and files are for all to read, whatever hearth was started with.
  const mode_t mask = umask(022);
  std::string error = MountTmpfs(base, kBaseBytes, false);
  if (error.empty()) error = MakeFolders(base, "/proc");
  if (error.empty()) error = MakeFolders(base, "/tmp");
  if (error.empty()) error = AddRuntime(base, runtime);
  if (error.empty()) error = AddEtc(base, user);
  if (error.empty()) error = AddDevices(base);
  if (error.empty()) AddTopFolders(base);
  umask(mask);
  return error;
}

std::string MountProc(const std::string& base, bool hide) {
  const std::string target = base + "/proc";
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (mount("proc", target.c_str(), "proc", kFlags, hide ? "hidepid=4" : nullptr) == 0) return "";
  // Before Linux 5.8.
  if (hide && mount("proc", target.c_str(), "proc", kFlags, "hidepid=2") == 0) return "";
  return SystemError("mounting /proc");
}

std::string AddFunction(const FunctionTree& tree, CodeAccess* access) {
  const mode_t mask = umask(022);
  std::string error = MountTmpfs(tree.base + "/tmp", tree.tmp_bytes, true);
  if (error.empty() && TopOf(tree.runtime) == "/tmp") error = MountAt(tree.runtime, tree.base);
  FunctionMounts mounts(tree);
  for (const std::string& path : tree.readable) {
    if (error.empty()) error = mounts.Add(path, access);
  }
  if (error.empty()) error = mounts.Finish();
  if (error.empty()) error = MakeReadOnly(tree.base + "/proc");
  if (error.empty() && tree.user != 0 && access->unowned.empty()) error = NameUser(tree);
  umask(mask);
  return error;
}

}  // namespace hearth::sandbox
