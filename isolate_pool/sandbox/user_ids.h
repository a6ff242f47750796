#pragma once

#include <cstdint>
#include <vector>

#include "isolate_pool/sandbox/policy.h"

namespace hearth::sandbox {

// Hands out users for instances (Policy::user), each to one at a time. Not thread-safe.
class UserIds {
 public:
  // `offset`: where to begin, so that two hearths on one machine, which know nothing of each other, rarely meet.
  explicit UserIds(uint32_t offset) : offset_(offset % kUsers) {}

  // 0 when all are taken.
  uint32_t Take() {
    if (!free_.empty()) {
      const uint32_t user = free_.back();
      free_.pop_back();
      return user;
    }
    return taken_ == kUsers ? 0 : kFirstUser + (offset_ + taken_++) % kUsers;
  }
  // When no process of that user is left.
  void Release(uint32_t user) {
    if (user != 0) free_.push_back(user);
  }

 private:
  const uint32_t offset_;
  uint32_t taken_ = 0;
  std::vector<uint32_t> free_;
};

// This process's, on the thread of its core.
UserIds& InstanceUsers();

}  // namespace hearth::sandbox
