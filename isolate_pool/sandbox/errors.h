#pragma once

#include <cerrno>
#include <cstring>
#include <string>

namespace hearth::sandbox {

// "what: Permission denied", of the errno at hand.
inline std::string SystemError(const std::string& what) { return what + ": " + std::strerror(errno); }

}  // namespace hearth::sandbox
