#pragma once

#include <string>

namespace hearth::sandbox {

// A network namespace with nothing in it but loopback, which is up: the process can talk to itself only. Needs
// CAP_SYS_ADMIN. Returns an error text, empty on success.
std::string LeaveNetwork();

}  // namespace hearth::sandbox
