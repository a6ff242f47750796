#pragma once

// Durations and sizes as people write them in hearth.toml and on the command line: a whole number and a unit.
//
//   ParseDuration("250ms")                    // 250 ms
//   ParseSize("128MB", {96 * kMegabyte, …})   // 134217728
//   ParseDuration("3")                        // InvalidArgument: "3" has no unit: write "3s"
//
// Durations: ms, s, m (minutes), h. Sizes: B, KB, MB, GB, which are powers of 1024, as the cloud platforms count
// memory (1MB is 2^20 bytes); KiB, MiB and GiB are the same. Units are written in just this case. Spaces may stand
// between number and unit. A number alone is refused: nobody can see whether 3 means seconds or milliseconds.
//
// Errors are InvalidArgument; the message quotes the text and says what to write, or which range is allowed.

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace hearth {

// Both ends are allowed.
struct DurationRange {
  std::chrono::milliseconds min{0};
  std::chrono::milliseconds max = std::chrono::milliseconds::max();
};

// In bytes; both ends are allowed.
struct SizeRange {
  uint64_t min = 0;
  uint64_t max = std::numeric_limits<uint64_t>::max();
};

absl::StatusOr<std::chrono::milliseconds> ParseDuration(std::string_view text, DurationRange range = {});
absl::StatusOr<uint64_t> ParseSize(std::string_view text, SizeRange range = {});

// Exact, in the largest unit that gives a whole number: "90s", "1m", "1500ms"; "1GB", "1536KB", "1000B". What they
// give can be parsed again. Zero is "0s" and "0B".
std::string FormatDuration(std::chrono::milliseconds duration);
std::string FormatSize(uint64_t bytes);

}  // namespace hearth
