#pragma once

// Time as the generator sees it: a seam, so that tests simulate it.

#include <ctime>

#include "bench/load/sample.h"

namespace hearth::load {

class Clock {
 public:
  virtual ~Clock() = default;
  // Never goes back.
  virtual Nanos Now() = 0;
};

class SteadyClock final : public Clock {
 public:
  Nanos Now() override {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * kSecond + now.tv_nsec;
  }
};

}  // namespace hearth::load
