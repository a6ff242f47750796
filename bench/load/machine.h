#pragma once

// The machine that a figure was measured on.

#include <cstdint>
#include <string>

namespace hearth::load {

struct Machine {
  int cpus = 0;  // that this process may use
  std::string cpu_model;
  std::string kernel;
  uint64_t memory_bytes = 0;
};

Machine ThisMachine();

}  // namespace hearth::load
