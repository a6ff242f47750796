#include "emulator/dev/code_root.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace hearth {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModules = "node_modules";
constexpr std::string_view kPackage = "package.json";
// As many links are followed; a folder with more is a store of packages, and of that all is shown.
constexpr size_t kMaxLinks = 256;

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Holds many people's or many projects' files.
bool IsShared(const fs::path& folder) {
  const char* home = std::getenv("HOME");
  if (home != nullptr && folder == fs::path(home).lexically_normal()) return true;
  // "/", and what stands right below it: /home, /tmp, /srv, …; "/home/ada".
  const auto depth = std::distance(folder.begin(), folder.end()) - 1;
  return depth <= 1 || (depth == 2 && folder.parent_path() == "/home") || folder == "/var/tmp";
}

bool IsBelow(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

class Roots {
 public:
  // `path` exists; a link is followed.
  void Add(const fs::path& path) {
    std::error_code failure;
    const fs::path target = fs::canonical(path, failure);
    if (failure || Covers(target)) return;
    std::erase_if(roots_, [&](const fs::path& root) { return IsBelow(root, target); });
    roots_.push_back(target);
  }

  // Packages that are links, in a node_modules folder and in its scopes (@acme/lib).
  void AddLinked(const fs::path& modules, bool scope = false) {
    std::error_code failure;
    for (const fs::directory_entry& entry : fs::directory_iterator(modules, failure)) {
      if (entry.is_symlink(failure)) {
        if (++links_ <= kMaxLinks) Add(entry.path());
      } else if (!scope && entry.path().filename().native().starts_with('@')) {
        AddLinked(entry.path(), true);
      }
    }
  }

  std::vector<std::string> Take() const {
    std::vector<std::string> paths;
    for (const fs::path& root : roots_) paths.push_back(root.native());
    return paths;
  }

 private:
  bool Covers(const fs::path& path) const {
    return std::any_of(roots_.begin(), roots_.end(), [&](const fs::path& root) { return IsBelow(path, root); });
  }

  std::vector<fs::path> roots_;
  size_t links_ = 0;
};

}  // namespace

std::vector<std::string> CodeRoots(const fs::path& directory) {
  fs::path package = directory;
  std::vector<fs::path> modules;
  Roots roots;
  for (fs::path folder = directory;; folder = folder.parent_path()) {
    const bool has_modules = Exists(folder / kModules);
    const bool has_package = Exists(folder / kPackage);
    if (!IsShared(folder)) {
      if (has_modules || has_package) package = folder;
    } else if (folder != directory) {
      if (has_modules) roots.Add(folder / kModules);
      if (has_package) roots.Add(folder / kPackage);
    }
    if (has_modules) modules.push_back(folder / kModules);
    if (folder == folder.root_path()) break;
  }
  roots.Add(package);
  for (const fs::path& folder : modules) {
    roots.Add(folder);
    roots.AddLinked(folder);
  }
  return roots.Take();
}

}  // namespace hearth
