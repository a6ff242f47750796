#pragma once

// What is known of one request, and the words for it.
//
// Times are nanoseconds of one clock (clock.h); a phase is a duration. What nobody told is kUnknown, never 0.

#include <array>
#include <cstdint>
#include <string_view>

namespace hearth::load {

using Nanos = int64_t;
inline constexpr Nanos kUnknown = -1;
inline constexpr Nanos kMicrosecond = 1000;
inline constexpr Nanos kMillisecond = 1000 * kMicrosecond;
inline constexpr Nanos kSecond = 1000 * kMillisecond;

// How a request ended. Every request has exactly one.
enum class Outcome : uint8_t {
  kOk,
  kThrottled,      // refused before any work, for a limit of rate, concurrency or queue
  kTimeout,        // the function's time or the generator's --timeout ran out
  kFunctionError,  // the function failed: it threw, could not be loaded, ended, exceeded a limit
  kError,          // anything else: no connection, broken HTTP, an unexpected status
};
inline constexpr size_t kOutcomeCount = 5;
std::string_view OutcomeName(Outcome outcome);

// Where the instance came from, as the platform tells; kUnmarked where it does not.
enum class Start : uint8_t {
  kUnmarked,
  kWarm,
  kTemplate,
  kStem,
  kZygote,
  kCold,  // a platform that has one word only
};
inline constexpr size_t kStartCount = 6;
std::string_view StartName(Start start);
// kUnmarked for an unknown word.
Start ParseStart(std::string_view word);
inline bool IsCold(Start start) { return start > Start::kWarm; }

// Parts of a request's time, in their order.
enum class Phase : uint8_t {
  kWait,      // in the generator: from the intended time until it was sent
  kQueue,     // in the platform, for an instance
  kStart,     // until the instance's process was there
  kInit,      // initialisation of the function in it
  kRun,       // in the function
  kResponse,  // all that is left: both ways of the network, the platform's own work, the body
};
inline constexpr size_t kPhaseCount = 6;
std::string_view PhaseName(Phase phase);

struct Request {
  Nanos intended = 0;  // when it should have been sent: latency counts from here
  Nanos sent = 0;
  uint32_t function = 0;  // index into the target's functions
};

struct Sample {
  Request request;
  Nanos done = 0;
  std::array<Nanos, kPhaseCount> phases{kUnknown, kUnknown, kUnknown, kUnknown, kUnknown, kUnknown};
  uint32_t bytes = 0;    // of the response's body
  uint16_t status = 0;   // of HTTP, 0 for none
  uint16_t message = 0;  // of MessageTable; why, unless the outcome is kOk
  Outcome outcome = Outcome::kOk;
  Start start = Start::kUnmarked;

  Nanos latency() const { return done - request.intended; }
  Nanos& phase(Phase which) { return phases[static_cast<size_t>(which)]; }
  Nanos phase(Phase which) const { return phases[static_cast<size_t>(which)]; }
};

// hearth's `init` begins with the request for a process: takes kStart, which is a part of it, out of kInit.
void SplitInit(Sample& sample);

// Called by a target once the platform's phases are in: fills in kWait, and kResponse if kRun is known.
void CompletePhases(Sample& sample);

}  // namespace hearth::load
