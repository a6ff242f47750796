#pragma once

// How a comparison is shown. Pure functions.
//
//   A  before.json  2026-11-28 11:00:00 UTC  hearth 0.1.0  cold, http://localhost:8080/hello/
//   B  after.json   2026-11-28 11:05:00 UTC  hearth 0.2.0  cold, http://localhost:8080/hello/
//
//   GROUP  METRIC      A        B        CHANGE  INTERVAL           VERDICT
//   cold   p50         4.27 ms  3.91 ms  -8.4 %  -9.9 % to -6.9 %   better
//   cold   start mean  1.76 ms  1.40 ms  -20.5 %
//   run    not ok      0 %      0.18 %           +0.05 to +0.34 pp  worse

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "bench/compare/compare.h"

namespace hearth::bench {

// A result, as it is named in a comparison.
struct ComparedFile {
  std::string_view path;
  const boost::json::value& result;
};

std::string ComparisonText(const Comparison& comparison, const ComparedFile& a, const ComparedFile& b, bool colours);
// One object, schema "hearth.compare/1": docs/bench.md describes it.
std::string ComparisonJson(const Comparison& comparison, const ComparedFile& a, const ComparedFile& b);

}  // namespace hearth::bench
