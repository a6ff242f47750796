#pragma once

// Landlock: rules about files that a process without privileges can put on itself. The second lock behind the private
// root, and the only one where no root can be made.

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::sandbox {

// The kernel's version of Landlock; 0 if it has none, with the reason in *error.
int LandlockAbi(std::string* error);

struct LandlockRules {
  std::vector<std::string> readable;  // may be read and executed, with all below
  std::vector<std::string> writable;  // anything at all, with all below
  std::vector<std::string> devices;   // existing files may be read and written; nothing made or removed
  bool deny_tcp = false;              // no bind and no connect (ABI 4)
};

// Everything that is not named is refused, for the calling thread and what it starts; with ABI 6 also signals to and
// abstract sockets of processes outside. Paths that do not exist are skipped. Returns an error text, empty on success.
std::string ApplyLandlock(int abi, const LandlockRules& rules);

}  // namespace hearth::sandbox
