#include "cli/bench_fail_if.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <span>
#include <string_view>

#include "base/strings.h"
#include "emulator/dev/edit_distance.h"

namespace hearth {
namespace {

constexpr std::array<std::string_view, 3> kGroups = {"all", "cold", "warm"};
constexpr std::array<std::string_view, 9> kLatencies = {"min", "mean",  "p50",    "p90", "p95",
                                                        "p99", "p99.9", "p99.99", "max"};
constexpr std::array<std::string_view, 5> kCounts = {"rate", "errors", "throttled", "timeouts", "failed"};
// The longer ones first.
constexpr std::array<std::string_view, 6> kOperators = {">=", "<=", "==", "!=", ">", "<"};
constexpr std::array<std::pair<std::string_view, double>, 3> kUnits = {{{"us", 0.001}, {"ms", 1}, {"s", 1000}}};

template <size_t size>
bool Contains(const std::array<std::string_view, size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

absl::Status Invalid(std::string_view text, std::string_view what) {
  return absl::InvalidArgumentError(StrCat("--fail-if: \"", text, "\": ", what));
}

std::string Guess(std::string_view word, std::span<const std::string_view> known) {
  const auto closest = Closest(word, known);
  return closest ? StrCat(": did you mean \"", *closest, "\"?") : StrCat("; known: ", StrJoin(known, ", "));
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

absl::Status ParseValue(std::string_view text, FailIf* condition) {
  const bool is_latency = Contains(kLatencies, condition->metric);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), condition->value);
  const std::string_view unit = Trimmed(text.substr(static_cast<size_t>(end - text.data())));
  if (error != std::errc() || !std::isfinite(condition->value) || condition->value < 0) {
    return Invalid(condition->text, StrCat("\"", text, "\" is no number"));
  }
  if (is_latency) {
    const auto known = std::ranges::find(kUnits, unit, [](const auto& entry) { return entry.first; });
    if (known == kUnits.end()) return Invalid(condition->text, "a latency has the unit us, ms or s, as in 10ms");
    condition->value *= known->second;
    return absl::OkStatus();
  }
  condition->share = unit == "%";
  if (condition->share && (condition->metric == "n" || condition->metric == "rate")) {
    return Invalid(condition->text, StrCat(condition->metric, " is no share of the requests"));
  }
  if (!condition->share && !unit.empty()) {
    return Invalid(condition->text, StrCat("\"", unit, "\" is no unit of ", condition->metric));
  }
  return absl::OkStatus();
}

double Number(const boost::json::value& value) { return value.to_number<double>(); }

double OutcomeCount(const boost::json::object& result, std::initializer_list<const char*> names) {
  double sum = 0;
  for (const char* name : names) sum += Number(result.at("outcomes").at(name));
  return sum;
}

// Nothing where no request could tell.
std::optional<double> ValueOf(const FailIf& condition, const boost::json::object& result) {
  const std::string& metric = condition.metric;
  if (metric == "rate") return Number(result.at("rate").at("achieved"));
  if (metric == "errors") return OutcomeCount(result, {"error", "function_error"});
  if (metric == "throttled") return OutcomeCount(result, {"throttled"});
  if (metric == "timeouts") return OutcomeCount(result, {"timeout"});
  if (metric == "failed") return Number(result.at("n")) - OutcomeCount(result, {"ok"});
  const boost::json::object& group = result.at("groups").at(condition.group).as_object();
  if (metric == "n") return Number(group.at("n"));
  const boost::json::value* latency = group.if_contains("latency");
  if (latency == nullptr) return std::nullopt;
  return Number(latency->at(metric));
}

bool Holds(double left, std::string_view op, double right) {
  if (op == ">") return left > right;
  if (op == ">=") return left >= right;
  if (op == "<") return left < right;
  if (op == "<=") return left <= right;
  return op == "==" ? left == right : left != right;
}

}  // namespace

absl::StatusOr<FailIf> ParseFailIf(const std::string& text) {
  FailIf condition{.text = text};
  size_t at = std::string::npos;
  for (const std::string_view op : kOperators) {
    const size_t found = text.find(op);
    if (found == std::string::npos || found > at || (found == at && op.size() < condition.op.size())) continue;
    at = found;
    condition.op = std::string(op);
  }
  if (condition.op.empty()) return Invalid(text, "it has none of > >= < <= == !=, as in cold.p99>10ms");
  std::string_view name = Trimmed(std::string_view(text).substr(0, at));
  // "p99.9" has a dot of its own.
  const size_t dot = name.find('.');
  condition.group = "all";
  const bool whole = Contains(kLatencies, name);
  if (dot != std::string_view::npos && !whole) {
    condition.group = std::string(name.substr(0, dot));
    name.remove_prefix(dot + 1);
    if (!Contains(kGroups, condition.group)) {
      return Invalid(text, StrCat("no group is named \"", condition.group, "\"", Guess(condition.group, kGroups)));
    }
    if (Contains(kCounts, name)) return Invalid(text, StrCat(name, " is one figure for all: write it without a group"));
  }
  condition.metric = std::string(name);
  if (!Contains(kLatencies, name) && !Contains(kCounts, name) && name != "n") {
    std::vector<std::string_view> known(kLatencies.begin(), kLatencies.end());
    known.insert(known.end(), kCounts.begin(), kCounts.end());
    known.push_back("n");
    return Invalid(text, StrCat("no metric is named \"", name, "\"", Guess(name, known)));
  }
  const std::string_view value = Trimmed(std::string_view(text).substr(at + condition.op.size()));
  if (absl::Status status = ParseValue(value, &condition); !status.ok()) return status;
  return condition;
}

FailIfResult CheckFailIf(const FailIf& condition, const boost::json::object& result) {
  std::optional<double> value = ValueOf(condition, result);
  if (!value) return {false, StrCat(condition.text, ": no request of the group \"", condition.group, "\" ended well")};
  const double n = Number(result.at("n"));
  if (condition.share) value = n > 0 ? 100 * *value / n : 0;
  char text[48];
  const bool is_latency = Contains(kLatencies, condition.metric);
  std::snprintf(text, sizeof text, "%.4g%s", *value, is_latency ? " ms" : condition.share ? " %" : "");
  return {Holds(*value, condition.op, condition.value), StrCat(condition.text, ": it is ", text)};
}

}  // namespace hearth
