#include "bench/load/sample.h"

#include <algorithm>

namespace hearth::load {
namespace {

constexpr std::array<std::string_view, kOutcomeCount> kOutcomeNames = {"ok", "throttled", "timeout", "function_error",
                                                                       "error"};
constexpr std::array<std::string_view, kStartCount> kStartNames = {"", "warm", "template", "stem", "zygote", "cold"};
constexpr std::array<std::string_view, kPhaseCount> kPhaseNames = {"wait", "queue", "start", "init", "run", "response"};

}  // namespace

std::string_view OutcomeName(Outcome outcome) { return kOutcomeNames[static_cast<size_t>(outcome)]; }
std::string_view StartName(Start start) { return kStartNames[static_cast<size_t>(start)]; }
std::string_view PhaseName(Phase phase) { return kPhaseNames[static_cast<size_t>(phase)]; }

Start ParseStart(std::string_view word) {
  for (size_t i = 1; i < kStartCount; ++i) {
    if (word == kStartNames[i]) return static_cast<Start>(i);
  }
  return Start::kUnmarked;
}

void SplitInit(Sample& sample) {
  if (sample.phase(Phase::kStart) == kUnknown || sample.phase(Phase::kInit) == kUnknown) return;
  sample.phase(Phase::kInit) = std::max<Nanos>(sample.phase(Phase::kInit) - sample.phase(Phase::kStart), 0);
}

void CompletePhases(Sample& sample) {
  sample.phase(Phase::kWait) = std::max<Nanos>(sample.request.sent - sample.request.intended, 0);
  if (sample.phase(Phase::kRun) == kUnknown) return;
  Nanos left = sample.done - sample.request.sent;
  for (const Phase phase : {Phase::kQueue, Phase::kStart, Phase::kInit, Phase::kRun}) {
    left -= std::max<Nanos>(sample.phase(phase), 0);
  }
  sample.phase(Phase::kResponse) = std::max<Nanos>(left, 0);
}

}  // namespace hearth::load
