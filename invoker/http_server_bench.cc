// What a request costs hearth itself: from the client's socket through parser, routing, admission, pool and lane to an
// instance that answers at once, and back. Everything but the instance's process is real; one thread plays both sides, so
// that no waiting counts.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "benchmark/benchmark.h"
#include "invoker/http_server.h"
#include "invoker/metrics.h"
#include "invoker/testing/fake_instances.h"
#include "isolate_pool/channel/scoped_fd.h"

namespace hearth {
namespace {

constexpr std::string_view kRequest =
    "GET /f/orders/17?expand=lines HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/8.4.0\r\nAccept: */*\r\n\r\n";

ScopedFd Connect(uint16_t port) {
  ScopedFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  return client;
}

// state.range(0) clients, each with one request at a time.
void ServeRequests(benchmark::State& state) {
  boost::asio::io_context context{1};
  FakeInstances fakes(context, FunctionKind::kFetch);
  fakes.on_http = [](const FakeHttpRequest&) {
    FakeHttpResponse response(boost::beast::http::status::ok, 11);
    response.body() = "hello";
    return response;
  };
  Pool pool(context, fakes);
  auto spec = std::make_shared<FunctionSpec>();
  spec->name = "f";
  spec->kind = FunctionKind::kFetch;
  spec->scaling.concurrency = 1000;
  pool.Register(std::move(spec));
  Metrics metrics(&pool, {});
  Invoker invoker(context, pool, &metrics);
  HttpServer server(context, {.port = 0}, &invoker, nullptr);
  if (!server.Start("--port").ok()) std::abort();
  std::vector<ScopedFd> clients;
  for (int i = 0; i < state.range(0); ++i) clients.push_back(Connect(server.port()));
  std::vector<char> buffer(4096);
  for (auto _ : state) {
    for (const ScopedFd& client : clients) {
      if (write(client.get(), kRequest.data(), kRequest.size()) < 0) std::abort();
    }
    for (const ScopedFd& client : clients) {
      while (recv(client.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) <= 0) context.poll();
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  server.Stop();
  context.poll();
}
BENCHMARK(ServeRequests)->Arg(1)->Arg(32);

void CountInvocation(benchmark::State& state) {
  boost::asio::io_context context{1};
  FakeInstances fakes(context, FunctionKind::kFetch);
  Pool pool(context, fakes);
  auto spec = std::make_shared<FunctionSpec>();
  spec->name = "f";
  pool.Register(std::move(spec));
  Metrics metrics(&pool, {});
  InvocationReport report;
  report.function = "f";
  report.outcome = Outcome::kOk;
  report.start = "warm";
  report.run = std::chrono::microseconds(80);
  report.cpu = std::chrono::microseconds(20);
  for (auto _ : state) metrics.OnInvocation(report);
}
BENCHMARK(CountInvocation);

}  // namespace
}  // namespace hearth

BENCHMARK_MAIN();
