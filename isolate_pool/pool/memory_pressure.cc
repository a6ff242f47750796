#include "isolate_pool/pool/memory_pressure.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace hearth {

std::optional<MachineMemory> ReadMachineMemory() {
  std::ifstream file("/proc/meminfo");
  MachineMemory memory;
  std::string key, unit;
  uint64_t kilobytes = 0;
  while (file >> key >> kilobytes) {
    if (key == "MemTotal:") memory.total_bytes = kilobytes << 10;
    if (key == "MemAvailable:") memory.available_bytes = kilobytes << 10;
    if (memory.total_bytes > 0 && memory.available_bytes > 0) return memory;
    std::getline(file, unit);
  }
  return std::nullopt;
}

void MemoryPressure::Start() {
  timer_.expires_after(kInterval);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    Check();
    Start();
  });
}

size_t MemoryPressure::Check() {
  const std::optional<MachineMemory> memory = reader_();
  if (!memory.has_value() || memory->available_bytes >= memory->total_bytes / kLowDivisor) return 0;
  const size_t evicted = pool_.EvictIdle(std::max<size_t>(1, pool_.IdleCount() / kEvictDivisor));
  evicted_ += evicted;
  return evicted;
}

}  // namespace hearth
