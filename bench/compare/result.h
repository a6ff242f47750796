#pragma once

// Reads results of `hearth bench --json` (schema hearth.bench/1, docs/bench.md), which people store, edit and mix up: all
// members that anyone here uses are checked once, so that whoever gets a result need not.
//
//   const absl::StatusOr<boost::json::value> result = ReadResult("before.json");
//   const std::optional<double> p50 = FindNumber(*result, {"groups", "cold", "latency", "p50"});
//
// What was not measured is absent or null; only `schema` and `groups.all` must be there. Members that are not known are
// let through: later versions may add some.
//
// Errors are InvalidArgument (no result; the message names file and member) or NotFound (no file).

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "absl/status/statusor.h"

namespace hearth::bench {

// "-" is standard input.
absl::StatusOr<boost::json::value> ReadResult(const std::string& path);
// `name` stands in errors.
absl::StatusOr<boost::json::value> ParseResult(std::string_view text, std::string_view name);

// The member of a member … of an object; nullptr if any of them is absent or null.
const boost::json::value* Find(const boost::json::value& object, std::initializer_list<std::string_view> path);
std::optional<double> FindNumber(const boost::json::value& object, std::initializer_list<std::string_view> path);

}  // namespace hearth::bench
