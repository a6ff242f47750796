#pragma once

// Who wants to know of an instance's end; part of every Instance.

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace hearth {

// Core's thread only.
class ExitCallbacks {
 public:
  uint64_t Add(std::function<void()> callback) {
    callbacks_.emplace(++last_, std::move(callback));
    return last_;
  }
  void Remove(uint64_t id) { callbacks_.erase(id); }
  // Calls each, in the order of Add, and forgets them. One that is removed by another before its turn is not called.
  void Run() {
    while (!callbacks_.empty()) callbacks_.extract(callbacks_.begin()).mapped()();
  }
  std::map<uint64_t, std::function<void()>> Take() { return std::exchange(callbacks_, {}); }

 private:
  uint64_t last_ = 0;
  std::map<uint64_t, std::function<void()>> callbacks_;
};

}  // namespace hearth
