#pragma once

// How far the body of a fetch function's response may be ahead of what the client has taken.

#include <cstdint>

namespace hearth {

// Bytes. Enough to keep a fast client busy while the credit travels. The instance stops when it is this far ahead, so it
// may be so by one more piece; hearth refuses, and so holds for a slow client, no more than twice this. A body that is no
// longer travels with its head.
inline constexpr uint64_t kFetchWindow = 256 << 10;
// Longest piece of a body in one frame.
inline constexpr uint64_t kFetchPiece = 64 << 10;
// Longest request body that travels with its request.
inline constexpr uint64_t kFetchInlineBody = 64 << 10;

}  // namespace hearth
