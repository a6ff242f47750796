#pragma once

// What speaks against comparing two results, or against believing one of them.

#include <string>
#include <vector>

#include <boost/json.hpp>

namespace hearth::bench {

// A sentence for each: other machine, kind of target, scenario, rate asked for, connections, seed, …; a generator that was
// the bottleneck. Versions of hearth and of the target may differ: they are what is compared.
std::vector<std::string> DoubtsAbout(const boost::json::value& a, const boost::json::value& b);

}  // namespace hearth::bench
