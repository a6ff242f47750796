#pragma once

// How much requests of the same moment have in common. A machine that is slow for a second is slow for all requests of that
// second, so a thousand of them tell less than a thousand independent ones would, and intervals that take them as
// independent are too narrow.
//
// It is measured inside of a run: by how much the quantiles of the intervals of its series scatter more than they would if
// each interval's requests were drawn at random from the whole run. That ratio of variances is the design effect of cluster
// samples (Kish 1965), 1 + (m - 1) r with m requests in an interval; r, the correlation of requests of one interval, is what
// is given here. Runs of neighbouring intervals are looked at, too, as slow spells last longer than one interval.
//
// What differs between two runs but not within one is not seen.

#include <boost/json.hpp>

#include "bench/compare/resample.h"

namespace hearth::bench {

struct Clustering {
  double correlation = 0;  // of latencies of the same interval, 0 to 1
  double intervals = 0;

  // By which to stretch a spread (not a variance) that takes `n` requests of the run as independent; 1 or more.
  double Stretch(double n) const;
};

// `column` is the member of `series` that holds the quantile of each interval, `latency` the whole run's. No clustering is
// found where there are too few intervals to tell.
Clustering ClusteringOf(const boost::json::value& result, std::string_view column, double quantile,
                        const Sample& latency);

}  // namespace hearth::bench
