#pragma once

// The few kinds of mounts that an instance's root is made of. All return an error text, empty on success.

#include <cstdint>
#include <string>

namespace hearth::sandbox {

// Mounts a copy of the tree at `source`, submounts included, at `target`: read-only, without devices and set-user-id.
// With a valid `user_namespace` the owners of its files are seen through that namespace's map (needs real root).
std::string BindReadOnly(const std::string& source, const std::string& target, int user_namespace = -1);

// A folder in memory. `writable` by all or, owned by the caller, by nobody else.
std::string MountTmpfs(const std::string& target, uint64_t bytes, bool writable);

std::string MakeReadOnly(const std::string& mount_point);

// As mkdir -p, below `root`, which exists; mode 755.
std::string MakeFolders(const std::string& root, const std::string& path);

// A place to mount `source` on: a folder or an empty file at root + path, parents included.
std::string MakeMountPoint(const std::string& source, const std::string& root, const std::string& path);

// Makes the mount point `path` the root of this process: all else is below it, out of reach of a process that may not
// mount, chroot or enter namespaces and holds no descriptor of a folder outside.
//
// pivot_root would let go of the rest, but takes 70 us more: it looks at every thread of the machine, and unmounting waits
// for all of its processors.
std::string EnterTree(const std::string& path);

}  // namespace hearth::sandbox
