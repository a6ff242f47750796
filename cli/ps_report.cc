#include "cli/ps_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/strings.h"
#include "base/utf8.h"
#include "cli/client.h"

namespace hearth {
namespace {

using google::protobuf::Duration;

constexpr double kMegabyte = 1 << 20;
constexpr std::string_view kNone = "-";

struct Column {
  std::string_view title;
  bool right_aligned = false;
};
constexpr std::array<Column, 11> kColumns = {{{"FUNCTION"},
                                              {"INSTANCE"},
                                              {"PID", true},
                                              {"STATE"},
                                              {"START"},
                                              {"SERVED", true},
                                              {"IN FLIGHT", true},
                                              {"AGE", true},
                                              {"IDLE", true},
                                              {"MEMORY", true},
                                              {"CPU", true}}};
using Row = std::array<std::string, kColumns.size()>;

// One line of the list: exactly one of both is set.
struct Entry {
  const v1::Instance* instance = nullptr;
  const v1::Template* template_process = nullptr;
  const std::string& function() const {
    return instance != nullptr ? instance->function() : template_process->function();
  }
};

std::vector<Entry> Sorted(const v1::ListInstancesResponse& list) {
  std::vector<Entry> entries;
  for (const v1::Template& process : list.templates()) entries.push_back({nullptr, &process});
  for (const v1::Instance& instance : list.instances()) entries.push_back({&instance, nullptr});
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.function() < b.function(); });
  return entries;
}

std::string_view StateName(v1::Instance::State state) {
  switch (state) {
    case v1::Instance::STATE_STARTING:
      return "starting";
    case v1::Instance::STATE_READY:
      return "ready";
    case v1::Instance::STATE_FROZEN:
      return "frozen";
    case v1::Instance::STATE_BUSY:
      return "busy";
    case v1::Instance::STATE_DRAINING:
      return "draining";
    default:
      return "unknown";
  }
}

double Milliseconds(const Duration& duration) {
  return static_cast<double>(duration.seconds()) * 1e3 + duration.nanos() / 1e6;
}

std::string Format(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string ShownAge(const Duration& duration) {
  return hearth::ShownAge(std::chrono::milliseconds(static_cast<int64_t>(Milliseconds(duration))));
}
std::string ShownCpu(const Duration& duration) {
  const double milliseconds = Milliseconds(duration);
  return milliseconds < 1000 ? Format("%.0f ms", milliseconds) : Format("%.1f s", milliseconds / 1000);
}
std::string ShownMemory(uint64_t bytes) {
  return bytes == 0 ? std::string(kNone) : Format("%.0f MB", static_cast<double>(bytes) / kMegabyte);
}
std::string ShownPid(int32_t pid) { return pid > 0 ? std::to_string(pid) : std::string(kNone); }

Row RowOf(const Entry& entry) {
  Row row;
  row.fill(std::string(kNone));
  row[0] = Shown(entry.function());
  if (const v1::Template* process = entry.template_process) {
    row[2] = ShownPid(process->pid());
    row[3] = "template";
    row[9] = ShownMemory(process->resident_bytes());
    row[10] = ShownCpu(process->cpu());
    return row;
  }
  const v1::Instance& instance = *entry.instance;
  row[1] = Shown(instance.id());
  row[2] = ShownPid(instance.pid());
  row[3] = StateName(instance.state());
  row[4] = Shown(instance.start());
  row[5] = std::to_string(instance.served());
  row[6] = std::to_string(instance.in_flight());
  row[7] = ShownAge(instance.age());
  if (instance.has_idle()) row[8] = ShownAge(instance.idle());
  row[9] = ShownMemory(instance.resident_bytes());
  row[10] = ShownCpu(instance.cpu());
  return row;
}

// In characters, as far as a terminal gives each one cell.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string Quoted(std::string_view text) {
  const std::string valid = ValidUtf8(text);
  return boost::json::serialize(boost::json::string_view(valid.data(), valid.size()));
}

std::string JsonOf(const Entry& entry) {
  std::string out = StrCat("{\"function\":", Quoted(entry.function()));
  if (const v1::Template* process = entry.template_process) {
    StrAppend(&out, ",\"state\":\"template\",\"pid\":", process->pid(),
              ",\"resident_bytes\":", process->resident_bytes(),
              ",\"cpu_ms\":", Format("%.3f", Milliseconds(process->cpu())), "}");
    return out;
  }
  const v1::Instance& instance = *entry.instance;
  StrAppend(&out, ",\"version\":", instance.version(), ",\"instance\":", Quoted(instance.id()));
  if (instance.pid() > 0) StrAppend(&out, ",\"pid\":", instance.pid());
  StrAppend(&out, ",\"state\":\"", StateName(instance.state()), "\",\"start\":", Quoted(instance.start()),
            ",\"served\":", instance.served(), ",\"in_flight\":", instance.in_flight(),
            ",\"age_ms\":", Format("%.3f", Milliseconds(instance.age())));
  if (instance.has_idle()) StrAppend(&out, ",\"idle_ms\":", Format("%.3f", Milliseconds(instance.idle())));
  StrAppend(&out, ",\"resident_bytes\":", instance.resident_bytes(),
            ",\"cpu_ms\":", Format("%.3f", Milliseconds(instance.cpu())), "}");
  return out;
}

}  // namespace

std::string ShownAge(std::chrono::milliseconds age) {
  if (age < std::chrono::seconds(1)) return StrCat(age.count(), "ms");
  const int64_t seconds = age.count() / 1000;
  constexpr int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;
  if (seconds < kMinute) return StrCat(seconds, "s");
  if (seconds < kHour) return StrCat(seconds / kMinute, "m", seconds % kMinute, "s");
  if (seconds < kDay) return StrCat(seconds / kHour, "h", seconds % kHour / kMinute, "m");
  return StrCat(seconds / kDay, "d", seconds % kDay / kHour, "h");
}

std::string InstancesText(const v1::ListInstancesResponse& list) {
  std::vector<Row> rows;
  Row titles;
  for (size_t i = 0; i < titles.size(); ++i) titles[i] = kColumns[i].title;
  rows.push_back(std::move(titles));
  for (const Entry& entry : Sorted(list)) rows.push_back(RowOf(entry));
  if (rows.size() == 1) return "";

  std::array<size_t, kColumns.size()> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::string text;
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - Width(row[i]), ' ');
      if (i > 0) text += "  ";
      text += kColumns[i].right_aligned ? padding + row[i] : row[i] + padding;
    }
    text += '\n';
  }
  return text;
}

std::string InstancesJson(const v1::ListInstancesResponse& list) {
  std::string text;
  for (const Entry& entry : Sorted(list)) StrAppend(&text, JsonOf(entry), "\n");
  return text;
}

}  // namespace hearth
