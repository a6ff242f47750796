#pragma once

// What one function's sandbox must be. Plain data: made by the invoker, sent with the assignment.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::sandbox {

enum class Mode {
  kOff,         // no layer
  kBestEffort,  // what this machine offers; what is missing is reported
  kStrict,      // every required layer, or the function does not start
};

enum class Egress {
  kAll,   // the network of the machine
  kNone,  // loopback only, of its own
};

// "off", "best-effort", "strict" and "all", "none": the words of hearth.toml and the command line.
std::string_view ModeName(Mode mode);
std::optional<Mode> ParseMode(std::string_view name);
std::string_view EgressName(Egress egress);
std::optional<Egress> ParseEgress(std::string_view name);

// The defaults of size and counts are AWS Lambda's: 512 MB of /tmp, 1,024 processes and threads, 1,024 descriptors.
inline constexpr uint64_t kDefaultTmpBytes = 512ull << 20;
inline constexpr uint32_t kDefaultProcesses = 1024;
inline constexpr uint32_t kDefaultDescriptors = 1024;

// Users of their own are taken from here on, one for each instance that lives: as with container runtimes, far from the
// ids of people and services.
inline constexpr uint32_t kFirstUser = 100'000;
inline constexpr uint32_t kUsers = 60'000;

struct Policy {
  Mode mode = Mode::kBestEffort;
  Egress egress = Egress::kAll;
  // Absolute, canonical paths of folders and files: what the function can read beside the runtime, its code first.
  std::vector<std::string> readable;
  uint64_t tmp_bytes = kDefaultTmpBytes;
  uint32_t processes = kDefaultProcesses;  // threads count, too
  uint32_t descriptors = kDefaultDescriptors;
  // User and group that no other instance has; used by root only. 0: none.
  uint32_t user = 0;
  // For a template: the user that owns the namespaces of its forks (fork_namespaces.h). 0: none.
  uint32_t owner = 0;
};

}  // namespace hearth::sandbox
