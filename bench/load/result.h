#pragma once

// The result of a run as one JSON object, schema "hearth.bench/1": docs/bench.md describes every member. What the
// terminal shows, what --fail-if looks at and what the report draws is all taken from it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "bench/load/recorder.h"
#include "bench/load/target.h"

namespace hearth::load {

inline constexpr std::string_view kSchema = "hearth.bench/1";

// What the run was asked to be.
struct ScenarioInfo {
  std::string name;
  std::string loop;                 // "open" or "closed"
  std::string arrivals;             // "constant", "poisson", "trace"; empty for none
  std::optional<double> rate;       // per second
  std::optional<double> rate_from;  // ramp: where it begins
  size_t connections = 0;
  Nanos duration = 0;  // 0 if it ends otherwise
  Nanos warmup = 0;
  uint64_t count = 0;  // 0 if it ends otherwise
  uint64_t seed = 0;
  Nanos gap = 0;
  size_t burst = 0;
};

struct TargetInfo {
  std::string kind;  // "http", "function" or "lambda"
  std::string url;
  std::vector<std::string> functions;
  boost::json::object server;  // its versions, where it tells
};

struct GeneratorInfo {
  Nanos thread_cpu = 0;
  Nanos process_cpu = 0;
  Nanos starved = 0;
  size_t abandoned = 0;
};

// What was seen beside the requests, once for each interval of the series; empty vectors for what nobody could see.
struct Watched {
  std::vector<std::optional<double>> starting, ready, busy, draining;
  std::vector<std::optional<double>> cpu;     // cores
  std::vector<std::optional<double>> memory;  // MiB
  std::optional<double> cpu_seconds;
  std::optional<double> peak_memory_mib;
};

struct Run {
  std::string version;
  std::string started_at;
  std::vector<std::string> command;
  TargetInfo target;
  ScenarioInfo scenario;
  GeneratorInfo generator;
  Watched watched;
};

boost::json::object MakeResult(const Run& run, const Recorder& recorder, const MessageTable& messages);

// "2026-11-28T11:00:00Z", now.
std::string UtcTimestamp();

}  // namespace hearth::load
