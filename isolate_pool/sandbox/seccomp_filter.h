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

// Most of it the zygote does without as well: it takes that part on itself, and its forks have it for nothing. What
// entering a sandbox needs is refused by a second, small filter at the end of that.
struct SeccompFilters {
  std::vector<sock_filter> early;
  std::vector<sock_filter> last;
  // `last` in two parts: a template is left setns, with which each of its forks enters namespaces of its own.
  std::vector<sock_filter> last_of_template;
  std::vector<sock_filter> last_of_fork;
};

// About a millisecond, so once, before the forks. Returns an error text, empty on success.
std::string CompileSeccompFilters(SeccompFilters* filters);

// For the calling thread and what it starts. Needs no_new_privs. Returns an error text, empty on success.
std::string ApplySeccompFilter(const std::vector<sock_filter>& filter);

}  // namespace hearth::sandbox
