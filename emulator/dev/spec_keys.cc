#include "emulator/dev/spec_keys.h"

#include <algorithm>
#include <chrono>

#include "base/strings.h"

namespace hearth {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr uint64_t kGigabyte = 1ull << 30;
// Less than the least would not leave a function anything beside Node itself.
constexpr SizeRange kMemory = {96 * kMegabyte, 10 * kGigabyte};
constexpr SizeRange kTmp = {kMegabyte, 10 * kGigabyte};
// A streamed response is not held in memory, so it may be larger than a request.
constexpr SizeRange kResponse = {1, 10 * kGigabyte};
constexpr CountRange kPerSecond = {1, 1'000'000};

std::string Duration(uint64_t value) { return FormatDuration(milliseconds(value)); }
std::string Size(uint64_t value) { return FormatSize(value); }
std::string Count(uint64_t value) { return StrCat(value); }
std::string OnOff(uint64_t value) { return value == 0 ? "false" : "true"; }
std::string Template(uint64_t value) { return value == static_cast<uint64_t>(TemplateMode::kOff) ? "off" : "auto"; }

absl::Status ReadTemplate(const TomlValue& value, FunctionSpec* spec) {
  std::string text;
  if (absl::Status status = value.Read(&text); !status.ok()) return status;
  if (text != "auto" && text != "off") return value.Error(StrCat("\"", text, "\" is none of auto, off"));
  spec->scaling.template_mode = text == "off" ? TemplateMode::kOff : TemplateMode::kAuto;
  return absl::OkStatus();
}

using Zero = SpecKey::Zero;

// member: within FunctionSpec; a range that TomlValue::Read takes beside it; how it is shown.
#define HEARTH_KEY(name, member, range, format, zero)                                           \
  {name,                                                                                        \
   [](const TomlValue& v, FunctionSpec* s) { return v.Read(range, &s->member); },               \
   [](const FunctionSpec& s) { return ToNumber(s.member); },                                    \
   [](FunctionSpec* s, uint64_t value) { s->member = FromNumber<decltype(s->member)>(value); }, \
   format,                                                                                      \
   zero}

uint64_t ToNumber(milliseconds value) { return static_cast<uint64_t>(value.count()); }
uint64_t ToNumber(uint64_t value) { return value; }

template <typename Value>
Value FromNumber(uint64_t value) {
  return static_cast<Value>(value);
}

constexpr SpecKey kLimitKeys[] = {
    HEARTH_KEY("timeout", limits.timeout, (DurationRange{1ms, 24h}), Duration, Zero::kValue),
    HEARTH_KEY("cpu", limits.cpu, (DurationRange{1ms, 24h}), Duration, Zero::kUnlimited),
    HEARTH_KEY("init", limits.init, (DurationRange{1ms, 15min}), Duration, Zero::kValue),
    HEARTH_KEY("memory", limits.memory_bytes, kMemory, Size, Zero::kValue),
    HEARTH_KEY("request", limits.request_bytes, (SizeRange{1, kGigabyte}), Size, Zero::kByKind),
    HEARTH_KEY("response", limits.response_bytes, kResponse, Size, Zero::kByKind),
    HEARTH_KEY("log", limits.log_bytes, (SizeRange{0, kGigabyte}), Size, Zero::kValue),
    HEARTH_KEY("tmp", sandbox.tmp_bytes, kTmp, Size, Zero::kValue),
    HEARTH_KEY("processes", sandbox.processes, (CountRange{16, 100000}), Count, Zero::kValue),
    HEARTH_KEY("descriptors", sandbox.descriptors, (CountRange{64, 1000000}), Count, Zero::kValue),
};

constexpr SpecKey kScalingKeys[] = {
    HEARTH_KEY("concurrency", scaling.concurrency, (CountRange{1, 1000}), Count, Zero::kByKind),
    HEARTH_KEY("max_instances", scaling.max_instances, (CountRange{1, 10000}), Count, Zero::kValue),
    HEARTH_KEY("min_instances", scaling.min_instances, (CountRange{0, 10000}), Count, Zero::kValue),
    HEARTH_KEY("max_requests", scaling.max_requests, (CountRange{1, 1000000000}), Count, Zero::kUnlimited),
    HEARTH_KEY("max_age", scaling.max_age, (DurationRange{1s, 24h}), Duration, Zero::kUnlimited),
    HEARTH_KEY("queue_age", scaling.queue_age, (DurationRange{1ms, 24h}), Duration, Zero::kUnlimited),
    HEARTH_KEY("idle_timeout", scaling.idle_timeout, (DurationRange{0s, 24h}), Duration, Zero::kValue),
    HEARTH_KEY("queue", scaling.queue_length, (CountRange{0, 1000000}), Count, Zero::kValue),
    HEARTH_KEY("max_concurrency", scaling.max_concurrency, (CountRange{1, 1000000}), Count, Zero::kUnlimited),
    HEARTH_KEY("rate", scaling.rate, kPerSecond, Count, Zero::kUnlimited),
    HEARTH_KEY("burst", scaling.burst, kPerSecond, Count, Zero::kUnlimited),
    {"freeze", [](const TomlValue& v, FunctionSpec* s) { return v.Read(&s->scaling.freeze); },
     [](const FunctionSpec& s) { return uint64_t{s.scaling.freeze}; },
     [](FunctionSpec* s, uint64_t value) { s->scaling.freeze = value != 0; }, OnOff, Zero::kValue},
    {"template", ReadTemplate, [](const FunctionSpec& s) { return static_cast<uint64_t>(s.scaling.template_mode); },
     [](FunctionSpec* s, uint64_t value) { s->scaling.template_mode = static_cast<TemplateMode>(value); }, Template,
     Zero::kValue},
};

#undef HEARTH_KEY

}  // namespace

std::span<const SpecKey> LimitKeys() { return kLimitKeys; }
std::span<const SpecKey> ScalingKeys() { return kScalingKeys; }

const SpecKey* FindKey(std::span<const SpecKey> keys, std::string_view key) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const SpecKey& each) { return each.key == key; });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace hearth
