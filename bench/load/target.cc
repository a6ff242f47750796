#include "bench/load/target.h"

#include <algorithm>

namespace hearth::load {

uint16_t MessageTable::Add(std::string_view message) {
  const auto known = std::find(messages_.begin() + 1, messages_.end(), message);
  if (known != messages_.end()) return static_cast<uint16_t>(known - messages_.begin());
  if (messages_.size() == kMaxMessages) return static_cast<uint16_t>(kMaxMessages - 1);
  messages_.emplace_back(messages_.size() + 1 == kMaxMessages ? "other errors" : message);
  return static_cast<uint16_t>(messages_.size() - 1);
}

}  // namespace hearth::load
