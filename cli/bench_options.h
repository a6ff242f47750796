#pragma once

// The arguments of `hearth bench`, and what they make together: a plan without contradictions.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/arrivals.h"
#include "bench/load/result.h"
#include "cli/client.h"

namespace CLI {
class App;
}

namespace hearth {

// As given: what is not given is empty, so that a flag that makes no sense can be told from a default.
struct BenchArguments {
  std::string target;
  std::string scenario = "warm";

  bool closed = false;
  std::optional<std::string> arrivals;
  std::optional<double> rate;
  std::optional<double> rate_from;
  std::optional<size_t> connections;
  std::optional<std::string> duration;
  std::optional<std::string> warmup;
  std::optional<uint64_t> count;
  std::optional<size_t> burst;
  std::optional<std::string> gap;
  std::optional<std::string> trace;
  std::optional<double> speed;
  std::vector<std::string> functions;
  std::optional<double> zipf;
  uint64_t seed = 1;
  std::string timeout = "30s";

  std::optional<std::string> method;
  std::vector<std::string> headers;
  std::optional<std::string> data;
  std::optional<std::string> data_file;
  std::optional<std::string> path;
  bool insecure = false;
  bool phases = true;

  std::optional<std::string> grpc;  // default: kDefaultGrpc
  std::optional<std::string> cold_command;
  std::optional<std::string> cold_templates;
  std::optional<std::string> function;
  std::optional<std::string> endpoint;
  std::optional<std::string> region;

  std::string json;
  std::string csv;
  std::string report;
  std::vector<std::string> fail_if;
  bool quiet = false;

  std::vector<std::string> command;  // the whole command line, for the result
};

enum class Scenario { kCold, kWarm, kBurst, kRamp, kSequential, kScaleToZero, kTrace, kMixed };

struct BenchPlan {
  enum class Loop { kOpen, kClosed, kRounds };

  Scenario scenario = Scenario::kWarm;
  Loop loop = Loop::kOpen;
  bool poisson = false;
  double rate = 0;
  double rate_from = 0;
  size_t connections = 1;
  load::Nanos warmup = 0;
  load::Nanos duration = 0;  // 0: until `count`, or the end of the trace
  uint64_t count = 0;        // 0: until `duration`
  size_t round_size = 1;
  load::Nanos gap = 0;
  bool cold = false;  // every round begins without an instance
  bool drop_templates = false;
  double zipf = 0;
  uint64_t seed = 1;
  load::Nanos timeout = 0;
  load::Trace trace;  // of the trace scenario

  load::ScenarioInfo Info() const;
};

void AddBenchOptions(CLI::App& verb, BenchArguments& arguments);

std::string_view ScenarioName(Scenario scenario);

// InvalidArgument: the message names the flag.
absl::StatusOr<BenchPlan> MakeBenchPlan(const BenchArguments& arguments);

// "Name: value" of --header. InvalidArgument.
absl::StatusOr<std::pair<std::string, std::string>> ParseHeader(const std::string& text);
// The body of --data or --data-file.
absl::StatusOr<std::string> ReadBenchBody(const BenchArguments& arguments);

}  // namespace hearth
