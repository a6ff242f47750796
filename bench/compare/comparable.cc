#include "bench/compare/comparable.h"

#include <initializer_list>
#include <string_view>

#include "base/strings.h"
#include "bench/compare/result.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;

// What must be the same, and what it is called.
struct Setting {
  std::string_view object;
  std::string_view member;
  std::string_view name;
};
constexpr Setting kSettings[] = {
    {"machine", "cpu_model", "processor"},
    {"machine", "cpus", "number of CPUs"},
    {"machine", "memory_bytes", "memory in bytes"},
    {"machine", "kernel", "kernel"},
    {"target", "kind", "kind of target"},
    {"target", "functions", "functions"},
    {"scenario", "name", "scenario"},
    {"scenario", "loop", "loop"},
    {"scenario", "arrivals", "arrivals"},
    {"scenario", "rate", "rate asked for"},
    {"scenario", "rate_from", "rate at the beginning"},
    {"scenario", "connections", "connections"},
    {"scenario", "burst", "size of the burst"},
    {"scenario", "gap_s", "gap in seconds"},
    {"scenario", "duration_s", "duration in seconds"},
    {"scenario", "warmup_s", "warm-up in seconds"},
    {"scenario", "count", "number of requests asked for"},
    {"scenario", "seed", "seed"},
};

std::string ShownNumber(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", number);
  return text;
}

std::string Shown(const json::value* value) {
  if (value == nullptr) return "not given";
  if (value->is_string()) return std::string(std::string_view(value->get_string()));
  if (value->is_number()) return ShownNumber(value->to_number<double>());
  if (value->is_array()) {
    std::vector<std::string> items;
    for (const json::value& item : value->get_array()) items.push_back(Shown(&item));
    return StrJoin(items, ", ");
  }
  return json::serialize(*value);
}

void AddSaturated(const json::value& result, std::string_view name, std::vector<std::string>* doubts) {
  const json::value* saturated = Find(result, {"generator", "saturated"});
  if (saturated == nullptr || !saturated->is_bool() || !saturated->get_bool()) return;
  doubts->push_back(StrCat("in ", name, " the load generator was the bottleneck, not the target"));
}

}  // namespace

std::vector<std::string> DoubtsAbout(const json::value& a, const json::value& b) {
  std::vector<std::string> doubts;
  for (const Setting& setting : kSettings) {
    const std::string before = Shown(Find(a, {setting.object, setting.member}));
    const std::string after = Shown(Find(b, {setting.object, setting.member}));
    if (before != after) doubts.push_back(StrCat("different ", setting.name, ": ", before, " in A, ", after, " in B"));
  }
  AddSaturated(a, "A", &doubts);
  AddSaturated(b, "B", &doubts);
  return doubts;
}

}  // namespace hearth::bench
