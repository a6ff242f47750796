// What the choice of an instance costs: one that is warm, among few and among many.

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/io_context.hpp>

#include "benchmark/benchmark.h"
#include "invoker/testing/fake_instances.h"
#include "isolate_pool/pool/pool.h"

namespace hearth {
namespace {

std::shared_ptr<FunctionSpec> Function(const std::string& name, uint32_t concurrency) {
  auto spec = std::make_shared<FunctionSpec>();
  spec->name = name;
  spec->kind = FunctionKind::kFetch;
  spec->scaling.concurrency = concurrency;
  spec->scaling.max_instances = 10000;
  return spec;
}

Lease Take(boost::asio::io_context& context, Pool& pool, const std::string& name) {
  Lease lease;
  pool.Acquire(name, [&](auto granted) { lease = std::move(std::get<Lease>(granted)); });
  while (lease.instance == nullptr) {
    context.restart();
    context.run_one();
  }
  return lease;
}

// state.range(0) instances of the function, one of them free.
void AcquireWarm(benchmark::State& state) {
  boost::asio::io_context context;
  FakeInstances fakes(context, FunctionKind::kFetch);
  Pool pool(context, fakes);
  pool.Register(Function("f", 1));
  std::vector<Lease> held;
  for (int i = 0; i < state.range(0); ++i) held.push_back(Take(context, pool, "f"));
  pool.Release(std::move(held.back()));
  held.pop_back();
  for (auto _ : state) pool.Release(Take(context, pool, "f"));
  for (Lease& lease : held) pool.Release(std::move(lease));
}
BENCHMARK(AcquireWarm)->Arg(1)->Arg(100)->Arg(1000);

// state.range(0) functions, each with an instance, asked for in turn.
void AcquireAmongFunctions(benchmark::State& state) {
  boost::asio::io_context context;
  FakeInstances fakes(context, FunctionKind::kFetch);
  Pool pool(context, fakes);
  std::vector<std::string> names;
  for (int i = 0; i < state.range(0); ++i) {
    names.push_back("function-" + std::to_string(i));
    pool.Register(Function(names.back(), 80));
    pool.Release(Take(context, pool, names.back()));
  }
  size_t next = 0;
  for (auto _ : state) pool.Release(Take(context, pool, names[next++ % names.size()]));
}
BENCHMARK(AcquireAmongFunctions)->Arg(1)->Arg(1000);

}  // namespace
}  // namespace hearth

BENCHMARK_MAIN();
