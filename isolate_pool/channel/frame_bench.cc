// What a request and its response cost on the channel: encoded, cut out of the stream, and parsed.

#include <string>

#include "benchmark/benchmark.h"
#include "isolate_pool/channel/frame.h"
#include "proto/hearth/internal/instance.pb.h"

namespace hearth {
namespace {

internal::ToInstance Request() {
  internal::ToInstance message;
  internal::FetchRequest& request = *message.mutable_fetch_request();
  request.set_id(1);
  request.set_request_id("2ec4a931-cbab-40bc-98af-eb77f53f97a2");
  request.set_method("GET");
  request.set_target("/orders/17?expand=lines");
  for (const char* field : {"Host", "localhost:8080", "User-Agent", "curl/8.4.0", "Accept", "*/*", "X-Forwarded-For",
                            "127.0.0.1", "X-Forwarded-Proto", "http", "X-Forwarded-Host", "localhost:8080"}) {
    request.add_headers(field);
  }
  return message;
}

void EncodeRequest(benchmark::State& state) {
  const internal::ToInstance message = Request();
  std::string out;
  for (auto _ : state) {
    out.clear();
    AppendFrame(message, &out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(EncodeRequest);

void DecodeRequest(benchmark::State& state) {
  const std::string bytes = EncodeFrame(Request());
  FrameDecoder decoder(kMaxFrameBytes);
  internal::ToInstance message;
  for (auto _ : state) {
    decoder.Append(bytes);
    const auto frame = decoder.Next();
    benchmark::DoNotOptimize(message.ParseFromArray(frame->data(), static_cast<int>(frame->size())));
  }
}
BENCHMARK(DecodeRequest);

// As many as one read of a busy channel brings.
void CutFrames(benchmark::State& state) {
  std::string bytes;
  for (int i = 0; i < state.range(0); ++i) AppendFrame(Request(), &bytes);
  FrameDecoder decoder(kMaxFrameBytes);
  for (auto _ : state) {
    decoder.Append(bytes);
    while (const auto frame = decoder.Next()) benchmark::DoNotOptimize(frame->data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(CutFrames)->Arg(1)->Arg(32)->Arg(256);

}  // namespace
}  // namespace hearth

BENCHMARK_MAIN();
