#pragma once

// The first process of a pid namespace inherits the children of processes that end before them. Once those end too, they
// stay as zombies, which count towards the budget of processes, until it waits for them.

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace hearth::sandbox {

// Waits for them, without taking from libuv, in whatever thread, the children that it started itself: it waits for those
// as soon as they end, so that a zombie which is there for kPatience is no one's.
class OrphanReaper {
 public:
  static constexpr uint64_t kPatienceMs = 1000;

  // Call now and then; does something once in kPatience, and costs next to nothing otherwise. `now_ms`: any steady clock.
  void Sweep(uint64_t now_ms);

 private:
  uint64_t next_ms_ = 0;
  std::vector<pid_t> seen_;  // zombies at the last sweep
};

}  // namespace hearth::sandbox
