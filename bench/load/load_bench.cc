// Microbenchmarks of what the generator does for every request.

#include <string>

#include "bench/load/arrivals.h"
#include "bench/load/histogram.h"
#include "bench/load/http_dialect.h"
#include "bench/load/http_parser.h"
#include "bench/load/recorder.h"
#include "benchmark/benchmark.h"

namespace hearth::load {
namespace {

void HistogramAdd(benchmark::State& state) {
  Histogram histogram;
  int64_t value = 1;
  for (auto _ : state) {
    value = (value * 6364136223846793005 + 1442695040888963407) & 0xffffff;
    histogram.Add(value);
  }
  benchmark::DoNotOptimize(histogram.count());
}
BENCHMARK(HistogramAdd);

void HistogramQuantile(benchmark::State& state) {
  Histogram histogram;
  for (int64_t value = 1; value < 100'000'000; value += 9973) histogram.Add(value);
  for (auto _ : state) benchmark::DoNotOptimize(histogram.Quantile(0.99));
}
BENCHMARK(HistogramQuantile);

void ParseAnswer(benchmark::State& state) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sat, 28 Nov 2026 11:00:00 GMT\r\n"
      "x-hearth-request-id: 8c4b3ba0-7a0c-4a8a-9d5b-0242ac120002\r\nx-hearth-start: warm\r\nContent-Length: "
      "5\r\n\r\nhello";
  HttpParser parser;
  for (auto _ : state) {
    parser.Begin(false);
    std::string_view input = text;
    HttpParser::Event event = HttpParser::Event::kMore;
    while (event != HttpParser::Event::kDone && event != HttpParser::Event::kFailed) event = parser.Next(&input);
    if (event == HttpParser::Event::kFailed) state.SkipWithError(parser.error());
  }
}
BENCHMARK(ParseAnswer);

void ReadReportHeader(benchmark::State& state) {
  Sample sample;
  for (auto _ : state) {
    ReadHearthReport("start=template;instance=hello-3;queue=0.012;fork=0.910;init=1.302;run=0.411", sample);
    benchmark::DoNotOptimize(sample);
  }
}
BENCHMARK(ReadReportHeader);

void Record(benchmark::State& state) {
  Recorder recorder({});
  recorder.Begin(0);
  Sample sample;
  sample.start = Start::kWarm;
  sample.phase(Phase::kQueue) = 10;
  sample.phase(Phase::kRun) = 1000;
  for (auto _ : state) {
    sample.request.intended += 5000;
    sample.done = sample.request.intended + 70'000;
    recorder.Add(sample);
  }
}
BENCHMARK(Record);

void NextArrival(benchmark::State& state) {
  const auto arrivals = PoissonArrivals(100'000, INT64_MAX, FunctionMix(100, 1, 1), 1);
  for (auto _ : state) benchmark::DoNotOptimize(arrivals->Next());
}
BENCHMARK(NextArrival);

}  // namespace
}  // namespace hearth::load

BENCHMARK_MAIN();
