#pragma once

// What changed between two results, beyond noise.
//
//   const Comparison comparison = Compare(a, b);          // both from ReadResult
//   std::cout << ComparisonText(comparison);
//
// Of each group of requests (all, cold, warm) that both results have: p50, p90, p99 and mean of the latency. Of the whole
// run: the rate, and the share of requests that did not end ok. Each of these is judged by an interval for its change. All
// intervals hold at once with a probability of kConfidence: with m of them, each is made for 1 - (1 - kConfidence) / m
// (Bonferroni), so that two runs of the same thing come out "same" in all of them at least so often.
//
// The intervals say how far chance reaches within a run, and are stretched by how much requests of the same moment have in
// common (clustering.h): a busy second counts as one event, not as hundreds. What differs between any two runs of the same
// thing, but not within one, they cannot know: only more runs tell.
//
// The mean of each phase is shown but not judged: results hold no histogram of it.
//
// Pure, and the same for the same results: draws come from a generator with a fixed seed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "bench/compare/resample.h"

namespace hearth::bench {

inline constexpr double kConfidence = 0.95;

enum class Verdict {
  kSame,       // the interval of the change includes none
  kBetter,     // it lies on one side
  kWorse,      // it lies on the other
  kNotJudged,  // `reason` says why
};

enum class Unit { kMilliseconds, kPerSecond, kShare };

struct Metric {
  std::string group;  // "all", "cold", "warm"; "run" for what is none of a group
  std::string name;   // "p50", "mean", "rate", "not ok", "start mean"
  Unit unit = Unit::kMilliseconds;
  double a = 0;
  double b = 0;
  // Of the change: of (b - a) / a, or of b - a where the unit is a share. Not there if it is not judged.
  std::optional<Interval> change;
  Verdict verdict = Verdict::kNotJudged;
  std::string reason;

  // b / a; not there if a is 0.
  std::optional<double> Ratio() const;
};

struct Comparison {
  std::vector<std::string> warnings;  // why the two may not be comparable, or not believable
  std::vector<Metric> metrics;
};

struct CompareOptions {
  uint64_t seed = 1;
  // So many that some tens lie outside of an interval, also where it is one of many.
  int draws = 10'000;
};

// Both are results that ReadResult gave.
Comparison Compare(const boost::json::value& a, const boost::json::value& b, const CompareOptions& options = {});

// Whether anything got worse by at least so many percent of what it was (0: by anything beyond noise). A share that was 0
// counts whatever it is now.
bool IsWorse(const Comparison& comparison, double percent);

std::string_view VerdictName(Verdict verdict);

}  // namespace hearth::bench
