#include "cli/bench_summary.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "base/strings.h"
#include "cli/client.h"

namespace hearth {
namespace {

namespace json = boost::json;

constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";
constexpr std::string_view kRed = "31";
constexpr std::string_view kYellow = "33";
constexpr int kLabelWidth = 10;
constexpr std::array<const char*, 9> kColumns = {"min", "mean", "p50", "p90", "p95", "p99", "p99.9", "p99.99", "max"};

double Number(const json::value& value) { return value.to_number<double>(); }
const json::object& At(const json::object& object, std::string_view key) { return object.at(key).as_object(); }

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// 1234567 as "1,234,567".
std::string Grouped(double value) {
  std::string digits = Format("%.0f", value);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

// Three digits that mean something: 0.0412, 4.12, 41.2, 412.
std::string Milliseconds(double value) {
  if (value >= 100) return Format("%.0f", value);
  if (value >= 10) return Format("%.1f", value);
  return value >= 1 ? Format("%.2f", value) : Format("%.3f", value);
}

std::string Padded(std::string text, size_t width, bool right) {
  if (text.size() >= width) return text;
  return right ? text.insert(0, width - text.size(), ' ') : text.append(width - text.size(), ' ');
}

class Table {
 public:
  // The first row is the heading. All columns but the first are aligned to the right.
  void Row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool HasRows() const { return rows_.size() > 1; }

  std::string Text(bool colours) const {
    std::vector<size_t> widths;
    for (const auto& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (size_t r = 0; r < rows_.size(); ++r) {
      std::string line = "  ";
      for (size_t i = 0; i < rows_[r].size(); ++i) {
        StrAppend(&line, i == 0 ? "" : "  ", Padded(rows_[r][i], i == 0 ? kLabelWidth : widths[i], i > 0));
      }
      StrAppend(&text, r == 0 ? Coloured(kDim, line, colours) : line, "\n");
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string Labelled(std::string_view label, std::string_view text) {
  return StrCat("  ", Padded(std::string(label), kLabelWidth, false), "  ", text, "\n");
}

std::string ScenarioText(const json::object& result) {
  const json::object& scenario = At(result, "scenario");
  std::string text(scenario.at("name").as_string());
  const auto add = [&](const std::string& part) { StrAppend(&text, ", ", part); };
  if (scenario.at("arrivals").is_string()) {
    const json::value& rate = scenario.at("rate");
    const std::string arrivals(scenario.at("arrivals").as_string());
    if (const json::value* from = scenario.if_contains("rate_from")) {
      add(StrCat(Format("%g", Number(*from)), " to ", Format("%g", Number(rate)), "/s"));
    } else {
      add(rate.is_null() ? arrivals : StrCat(arrivals, " arrivals at ", Format("%g", Number(rate)), "/s"));
    }
  } else if (text == "warm" || text == "mixed") {
    add(StrCat("closed loop, ", Grouped(Number(scenario.at("connections"))), " connections"));
  }
  if (const json::value* burst = scenario.if_contains("burst")) add(StrCat(Grouped(Number(*burst)), " at once"));
  if (const json::value* gap = scenario.if_contains("gap_s")) add(StrCat("gaps of ", Format("%g", Number(*gap)), " s"));
  if (!scenario.at("duration_s").is_null()) add(StrCat(Format("%g", Number(scenario.at("duration_s"))), " s"));
  if (const double warmup = Number(scenario.at("warmup_s")); warmup > 0) {
    StrAppend(&text, " after ", Format("%g", warmup), " s of warm-up");
  }
  return text;
}

std::string LatencyTable(const json::object& groups, bool colours) {
  Table table;
  std::vector<std::string> heading = {"latency ms", "n"};
  heading.insert(heading.end(), kColumns.begin(), kColumns.end());
  table.Row(heading);
  const bool marked = Number(At(groups, "cold").at("n")) + Number(At(groups, "warm").at("n")) > 0;
  for (const char* name : {"all", "cold", "warm"}) {
    const json::object& group = At(groups, name);
    const double n = Number(group.at("n"));
    if (!marked && std::string_view(name) != "all") continue;
    std::vector<std::string> row = {name, Grouped(n)};
    for (const char* column : kColumns) {
      row.push_back(n == 0 ? "-" : Milliseconds(Number(At(group, "latency").at(column))));
    }
    table.Row(std::move(row));
  }
  return table.Text(colours);
}

std::string PhaseTable(const json::object& groups, bool colours) {
  std::vector<std::string> heading = {"p50 ms"};
  constexpr std::array<const char*, 6> kPhases = {"wait", "queue", "start", "init", "run", "response"};
  heading.insert(heading.end(), kPhases.begin(), kPhases.end());
  Table table;
  table.Row(heading);
  for (const char* name : {"cold", "warm"}) {
    const json::object& group = At(groups, name);
    const json::value* phases = group.if_contains("phases");
    if (phases == nullptr || !phases->as_object().contains("run")) continue;
    std::vector<std::string> row = {name};
    for (const char* phase : kPhases) {
      const json::value* distribution = phases->as_object().if_contains(phase);
      row.push_back(distribution == nullptr ? "-" : Milliseconds(Number(distribution->as_object().at("p50"))));
    }
    table.Row(std::move(row));
  }
  return table.HasRows() ? "\n" + table.Text(colours) : "";
}

std::string CountsText(const json::object& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    const std::string key(name.data(), name.size());
    if (Number(count) == 0 && key != "ok") continue;
    StrAppend(&text, text.empty() ? "" : ", ", key, " ", Grouped(Number(count)));
  }
  return text;
}

std::string RateText(const json::object& result) {
  const json::object& rate = At(result, "rate");
  std::string text = StrCat(Grouped(Number(result.at("n"))), " in ", Format("%.2f", Number(result.at("elapsed_s"))),
                            " s, ", Grouped(Number(rate.at("achieved"))), "/s");
  if (!rate.at("asked").is_null()) StrAppend(&text, " of ", Format("%g", Number(rate.at("asked"))), "/s asked for");
  return text;
}

std::string GeneratorText(const json::object& result) {
  const json::object& generator = At(result, "generator");
  const double elapsed = Number(result.at("elapsed_s"));
  const double cpu = Number(generator.at("cpu_seconds"));
  std::string text = StrCat("CPU ", Format("%.0f", elapsed > 0 ? 100 * cpu / elapsed : 0), " % of a core");
  const double starved = Number(generator.at("starved_seconds"));
  if (elapsed > 0 && starved >= elapsed / 100) {
    StrAppend(&text, ", waited for one for ", Format("%.0f", 100 * starved / elapsed), " % of the time");
  }
  if (const json::value* late = generator.if_contains("late_p99")) {
    StrAppend(&text, ", sent late by ", Milliseconds(Number(*late)), " ms (p99)");
  }
  return text;
}

}  // namespace

std::string BenchSummary(const json::object& result, bool colours) {
  const json::object& groups = At(result, "groups");
  const std::string url(At(result, "target").at("url").as_string());
  std::string text = StrCat("\n  ", Coloured(kBold, url, colours), "\n  ", ScenarioText(result), "\n\n");
  StrAppend(&text, Labelled("requests", RateText(result)));
  StrAppend(&text, Labelled("outcomes", CountsText(At(result, "outcomes"))));
  if (const json::value* starts = At(groups, "all").if_contains("starts")) {
    if (!starts->as_object().empty()) StrAppend(&text, Labelled("starts", CountsText(starts->as_object())));
  }
  StrAppend(&text, "\n", LatencyTable(groups, colours), PhaseTable(groups, colours), "\n");
  for (const json::value& entry : result.at("errors").as_array()) {
    const json::object& error = entry.as_object();
    const std::string what =
        StrCat(Grouped(Number(error.at("count"))), " × ", Shown(std::string(error.at("message").as_string())));
    StrAppend(&text, "  ",
              Coloured(kRed, Padded(std::string(error.at("outcome").as_string()), kLabelWidth, false), colours), "  ",
              what, "\n");
  }
  if (const json::value* usage = result.if_contains("target_usage")) {
    std::string used = StrCat("CPU ", Format("%.2f", Number(usage->as_object().at("cpu_seconds"))), " s");
    if (const json::value* memory = usage->as_object().if_contains("peak_memory_mib")) {
      StrAppend(&used, ", memory ", Format(Number(*memory) < 10 ? "%.1f" : "%.0f", Number(*memory)), " MiB at most");
    }
    StrAppend(&text, Labelled("target", used));
  }
  StrAppend(&text, Labelled("generator", GeneratorText(result)));
  const double error = Number(result.at("histogram_error"));
  StrAppend(&text, Labelled("quantiles", StrCat("exact to ", Format("%.2f", 100 * error), " %")));
  const json::object& generator = At(result, "generator");
  if (const json::value* note = generator.if_contains("note")) {
    StrAppend(&text, "  ", Coloured(kYellow, "warning:", colours), " ", std::string(note->as_string()), "\n");
  }
  if (const json::value* warnings = result.if_contains("warnings")) {
    for (const json::value& warning : warnings->as_array()) {
      StrAppend(&text, "  ", Coloured(kYellow, "warning:", colours), " ", std::string(warning.as_string()), "\n");
    }
  }
  return text;
}

std::string BenchProgress(double elapsed_s, const load::Interval& interval, double interval_s) {
  std::string text = StrCat("  ", Format("%6.1f", elapsed_s), " s   ",
                            Padded(Grouped(static_cast<double>(interval.done) / interval_s), 9, true), "/s");
  if (interval.p50 != load::kUnknown) {
    StrAppend(&text, "   p50 ", Milliseconds(static_cast<double>(interval.p50) / 1e6), " ms   p99 ",
              Milliseconds(static_cast<double>(interval.p99) / 1e6), " ms");
  }
  if (interval.marked > 0) {
    const double share = 100 * static_cast<double>(interval.cold) / static_cast<double>(interval.marked);
    StrAppend(&text, "   cold ", Format("%.1f", share), " %");
  }
  if (interval.failed > 0) StrAppend(&text, "   failed ", interval.failed);
  return text;
}

}  // namespace hearth
