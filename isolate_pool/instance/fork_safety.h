#pragma once

// Tells whether a process in which a function has initialised can be forked without the forks sharing or losing anything.

#include <uv.h>

#include <set>
#include <string>
#include <vector>

namespace hearth {

class ForkSafety {
 public:
  // Remembers what is open now, before the function's code runs. The loop must outlive this.
  explicit ForkSafety(uv_loop_t* loop);

  // Why it is not safe, as a sentence's end for people ("a TCP handle is open"); empty if it is. The loop must have been
  // given time to settle, and the engine's own threads must be joined. Sets the number of threads there are.
  std::string Refusal(int* threads) const;

 private:
  uv_loop_t* const loop_;
  std::set<int> descriptors_;
  std::set<uv_handle_t*> handles_;
};

// The refusal if there is anything in this folder but what leads to one of the paths that are shown there; empty if not.
// A fork has an empty folder in its place.
std::string FilesLeft(const std::string& folder, const std::vector<std::string>& shown);

}  // namespace hearth
