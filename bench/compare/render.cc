#include "bench/compare/render.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/strings.h"
#include "base/utf8.h"
#include "bench/compare/result.h"

namespace hearth::bench {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchema = "hearth.compare/1";
constexpr std::array<std::string_view, 7> kTitles = {"GROUP", "METRIC", "A", "B", "CHANGE", "INTERVAL", "VERDICT"};
using Row = std::array<std::string, kTitles.size()>;

std::string Format(const char* format, double value) {
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// Three significant digits, without an exponent.
std::string Significant(double value) {
  const double magnitude = std::abs(value);
  if (magnitude == 0) return "0";
  const int digits = 2 - static_cast<int>(std::floor(std::log10(magnitude)));
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", std::clamp(digits, 0, 6), value);
  return text;
}

std::string ShownValue(const Metric& metric, double value) {
  switch (metric.unit) {
    case Unit::kMilliseconds:
      return StrCat(Significant(value), " ms");
    case Unit::kPerSecond:
      return StrCat(Significant(value), "/s");
    case Unit::kShare:
      return StrCat(Significant(100 * value), " %");
  }
  return "";
}

std::string ShownChange(const Metric& metric) {
  if (metric.unit == Unit::kShare) return StrCat(Format("%+.3g", 100 * (metric.b - metric.a)), " pp");
  const std::optional<double> ratio = metric.Ratio();
  return ratio ? StrCat(Format("%+.1f", 100 * (*ratio - 1)), " %") : "";
}

std::string ShownInterval(const Metric& metric) {
  if (!metric.change) return "";
  const bool share = metric.unit == Unit::kShare;
  const char* format = share ? "%+.2g" : "%+.1f";
  const std::string_view unit = share ? " pp" : " %";
  return StrCat(Format(format, 100 * metric.change->low), " to ", Format(format, 100 * metric.change->high), unit);
}

// In characters, as far as a terminal gives each one cell.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Texts of a file, so that they do not drive a terminal.
std::string Shown(std::string_view bytes) {
  std::string shown;
  for (const char c : ValidUtf8(bytes)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return shown;
}

std::string TextOf(const json::value& result, std::initializer_list<std::string_view> path) {
  const json::value* value = Find(result, path);
  return value != nullptr && value->is_string() ? Shown(value->get_string()) : "";
}

std::string FileLine(std::string_view name, const ComparedFile& file) {
  std::string line = StrCat(name, "  ", Shown(file.path));
  const std::string version = TextOf(file.result, {"hearth_version"});
  for (const std::string& part :
       {TextOf(file.result, {"started_at"}), version.empty() ? std::string() : StrCat("hearth ", version),
        TextOf(file.result, {"scenario", "name"}), TextOf(file.result, {"target", "url"})}) {
    if (!part.empty()) StrAppend(&line, "  ", part);
  }
  return line + "\n";
}

std::string_view ColourOf(Verdict verdict) {
  if (verdict == Verdict::kWorse) return "\x1b[31m";
  if (verdict == Verdict::kBetter) return "\x1b[32m";
  return "\x1b[2m";
}

std::string Table(const std::vector<Metric>& metrics, bool colours) {
  std::vector<Row> rows(1);
  std::ranges::copy(kTitles, rows[0].begin());
  for (const Metric& metric : metrics) {
    const bool judged = metric.verdict != Verdict::kNotJudged;
    rows.push_back({metric.group, metric.name, ShownValue(metric, metric.a), ShownValue(metric, metric.b),
                    ShownChange(metric), ShownInterval(metric),
                    judged ? std::string(VerdictName(metric.verdict)) : StrCat("- ", metric.reason)});
  }
  std::array<size_t, kTitles.size()> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (size_t r = 0; r < rows.size(); ++r) {
    const Row& row = rows[r];
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      const std::string padding(widths[i] - Width(row[i]), ' ');
      StrAppend(&text, i < 2 ? row[i] + padding : padding + row[i], "  ");
    }
    const bool coloured = colours && r > 0;
    StrAppend(&text, coloured ? ColourOf(metrics[r - 1].verdict) : "", row.back(), coloured ? "\x1b[0m" : "", "\n");
  }
  return text;
}

std::string Summary(const std::vector<Metric>& metrics) {
  const auto count = [&](Verdict verdict) { return std::ranges::count(metrics, verdict, &Metric::verdict); };
  return StrCat(count(Verdict::kWorse), " worse, ", count(Verdict::kBetter), " better, ", count(Verdict::kSame),
                " the same; ", std::lround(100 * kConfidence), " % that all intervals hold\n");
}

std::string_view UnitName(Unit unit) {
  switch (unit) {
    case Unit::kMilliseconds:
      return "ms";
    case Unit::kPerSecond:
      return "per_second";
    case Unit::kShare:
      return "share";
  }
  return "";
}

json::value Text(std::string_view text) { return json::value(json::string(ValidUtf8(text))); }

json::object FileJson(const ComparedFile& file) {
  json::object object{{"file", Text(file.path)}};
  for (const std::string_view name : {"started_at", "hearth_version", "target", "scenario", "machine"}) {
    if (const json::value* member = Find(file.result, {name}))
      object[json::string_view(name.data(), name.size())] = *member;
  }
  return object;
}

json::object MetricJson(const Metric& metric) {
  json::object object{{"group", Text(metric.group)},
                      {"metric", Text(metric.name)},
                      {"unit", Text(UnitName(metric.unit))},
                      {"a", metric.a},
                      {"b", metric.b}};
  if (const std::optional<double> ratio = metric.Ratio()) object["ratio"] = *ratio;
  if (metric.change) object["change"] = json::array{metric.change->low, metric.change->high};
  object["verdict"] = metric.verdict == Verdict::kNotJudged ? Text("not_judged") : Text(VerdictName(metric.verdict));
  if (!metric.reason.empty()) object["reason"] = Text(metric.reason);
  return object;
}

}  // namespace

std::string ComparisonText(const Comparison& comparison, const ComparedFile& a, const ComparedFile& b, bool colours) {
  std::string text = StrCat(FileLine("A", a), FileLine("B", b));
  for (const std::string& warning : comparison.warnings) {
    StrAppend(&text, colours ? "\x1b[33mwarning:\x1b[0m " : "warning: ", Shown(warning), "\n");
  }
  if (comparison.metrics.empty()) return text + "\nThe two results have nothing in common that could be compared.\n";
  return StrCat(text, "\n", Table(comparison.metrics, colours), "\n", Summary(comparison.metrics));
}

std::string ComparisonJson(const Comparison& comparison, const ComparedFile& a, const ComparedFile& b) {
  json::object object{{"schema", Text(kSchema)}, {"confidence", kConfidence}, {"a", FileJson(a)}, {"b", FileJson(b)}};
  json::array warnings;
  for (const std::string& warning : comparison.warnings) warnings.push_back(Text(warning));
  object["warnings"] = std::move(warnings);
  json::array metrics;
  for (const Metric& metric : comparison.metrics) metrics.emplace_back(MetricJson(metric));
  object["metrics"] = std::move(metrics);
  return json::serialize(object) + "\n";
}

}  // namespace hearth::bench
