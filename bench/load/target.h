#pragma once

// What load is put on, and the table of what it said when it failed.
//
// A target runs requests and gives a Sample for each. It is used by one thread, the generator's.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/sample.h"

namespace hearth::load {

// Error messages, by number: most of a run's errors are the same few. Once it is full, new ones share one entry.
class MessageTable {
 public:
  static constexpr size_t kMaxMessages = 1000;

  MessageTable() : messages_{""} {}
  uint16_t Add(std::string_view message);
  const std::string& operator[](uint16_t number) const { return messages_[number]; }
  size_t size() const { return messages_.size(); }

 private:
  std::vector<std::string> messages_;
};

class Target {
 public:
  virtual ~Target() = default;

  // Sends a request. False if that takes a connection and all are busy: nothing was done.
  virtual bool Send(const Request& request) = 0;
  // Waits until something happens, at most until `until`, and adds the requests that are done. Also returns early
  // without any. With a time that is past it only looks.
  virtual void Poll(Nanos until, std::vector<Sample>& done) = 0;
  // Requests that were sent and are not done.
  virtual size_t in_flight() const = 0;
};

}  // namespace hearth::load
