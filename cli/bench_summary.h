#pragma once

// What `hearth bench` shows of a result on a terminal: a line while it runs, a table at the end.

#include <string>

#include <boost/json.hpp>

#include "bench/load/recorder.h"

namespace hearth {

// The table. `result` is as load::MakeResult makes it.
std::string BenchSummary(const boost::json::object& result, bool colours);

// "  3.0 s   12,345/s   p50 0.41 ms   p99 1.93 ms   cold 0.1 %   errors 0", of the last second or so.
std::string BenchProgress(double elapsed_s, const load::Interval& interval, double interval_s);

}  // namespace hearth
