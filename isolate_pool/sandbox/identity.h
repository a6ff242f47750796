#pragma once

// Who a process is to the kernel: user, group, capabilities. Raw system calls on the calling thread, which must be the
// only one. All return an error text, empty on success.

#include <sys/types.h>

#include <string>

namespace hearth::sandbox {

// In a fresh user namespace: the user and group keep their numbers, and are the only ones there are.
std::string MapOnlySelf(uid_t user, gid_t group);

// A user namespace for idmapped mounts: files of this owner on disk are seen as those of user and group `to`. `proc` is
// a proc file system that knows this process's children. On success *descriptor is owned by the caller. Needs root.
std::string MakeOwnerMap(const std::string& proc, uid_t owner, gid_t owner_group, uid_t to, int* descriptor);

// Giving up all capabilities and every way to gain one, in two steps with BecomeUser in between: first the bounding and
// the ambient set and root's special role, then those at hand.
std::string LockCapabilities();
// The part of it that counts where no_new_privs is set already: no program that is started gains anything by then.
std::string LockSecureBits();
std::string ClearCapabilities();

// Becomes this user and group, with no other groups. It may take on `spare` as its effective user later, if that is not 0.
std::string BecomeUser(uid_t user, uid_t spare = 0);

}  // namespace hearth::sandbox
