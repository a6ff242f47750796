#pragma once

// The system calls that no function needs: a deny-list, because Node and what functions start must keep working.
//
// What a sandbox is made of or broken with (mounts, namespaces, tracing, kernel features with a record of holes, raw
// sockets, clocks, modules) fails with EPERM; what libraries probe for and can do without (clone3, io_uring, …) with
// ENOSYS.

#include <linux/filter.h>

#include <string>
#include <vector>

namespace hearth::sandbox {

// Compiles the filter: about a millisecond, so once, before the forks. Returns an error text, empty on success.
std::string CompileSeccompFilter(std::vector<sock_filter>* filter);

// For the calling thread and what it starts. Needs no_new_privs. Returns an error text, empty on success.
std::string ApplySeccompFilter(const std::vector<sock_filter>& filter);

}  // namespace hearth::sandbox
