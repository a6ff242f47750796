#pragma once

// Every request of a run, one line each (RFC 4180). The heading names the columns; docs/bench.md describes them. Times are
// milliseconds from the beginning of the measurement, durations milliseconds; what is not known is empty.

#include <ostream>
#include <string>
#include <vector>

#include "bench/load/recorder.h"
#include "bench/load/target.h"

namespace hearth::load {

void WriteSamplesCsv(const Recorder& recorder, const std::vector<std::string>& functions, const MessageTable& messages,
                     std::ostream& out);

}  // namespace hearth::load
