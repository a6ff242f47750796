#include "emulator/emulator.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "emulator/aws/function_url.h"
#include "emulator/aws/lambda_api.h"
#include "emulator/descendants.h"
#include "emulator/function_environment.h"
#include "invoker/admin.h"
#include "invoker/grpc_service.h"
#include "invoker/http_server.h"
#include "invoker/invoker.h"
#include "invoker/metrics.h"
#include "invoker/one_shot.h"
#include "isolate_pool/pool/instance_factory.h"
#include "isolate_pool/pool/memory_pressure.h"
#include "isolate_pool/pool/pool.h"
#include "isolate_pool/pool/program_server.h"
#include "isolate_pool/pool/stems.h"
#include "isolate_pool/pool/zygote_launcher.h"

namespace hearth {
namespace {

namespace asio = boost::asio;

// How long Start waits for functions to initialise; one that takes longer is reported as initialising.
// A thread that sleeps takes longer to wake than a short function to answer. So the core looks again and again for a moment
// while a few invocations run; with many of them there is always something to do.
constexpr auto kSpinFor = std::chrono::microseconds(50);
constexpr size_t kSpinUpTo = 2;
constexpr auto kProbeTime = std::chrono::seconds(5);
// Functions initialised at a time.
constexpr size_t kProbesAtOnce = 4;
// gRPC calls that are under way at the end get this long for their answer, which by then is an error.
constexpr auto kGrpcGrace = std::chrono::milliseconds(200);

// Metrics, and then whoever started the emulator.
class Observers final : public InvocationObserver {
 public:
  void OnInvocation(const InvocationReport& report) override {
    if (metrics != nullptr) metrics->OnInvocation(report);
    if (other) other(report);
  }
  Metrics* metrics = nullptr;
  std::function<void(const InvocationReport&)> other;
};

}  // namespace

struct Emulator::Impl {
  Impl(asio::io_context& io, EmulatorOptions o)
      : context(io),
        options(std::move(o)),
        launcher(io, options.rotation),
        stems(io, launcher, options.stems),
        factory(io, launcher, stems, options.log),
        pool(io, factory),
        memory_pressure(io, pool),
        invoker(io, pool, &observers),
        lambda_api(invoker),
        function_url(invoker),
        http(io, {.host = options.host, .port = options.http_port}, &invoker, &function_url),
        admin(io, {.host = options.host, .port = options.admin_port}, nullptr, nullptr),
        grpc(invoker, {.version = options.version,
                       .engine = [this] { return Engine(); },
                       .template_status = [this](const std::string& name) { return factory.Template(name); }}),
        programs(io) {
    observers.other = options.on_invocation;
    http.AddHandler(&lambda_api);
  }

  asio::awaitable<absl::Status> StartZygote(const EnginePaths& engine) {
    const auto ready = std::make_shared<OneShot<absl::Status>>();
    launcher.Start(engine, [ready](absl::Status status) { ready->Set(std::move(status)); });
    co_return co_await ready->Get();
  }

  EngineStats Engine() const {
    return {.node_version = launcher.info().node_version,
            .v8_version = launcher.info().v8_version,
            .zygote_pid = launcher.pid(),
            .zygote_starts = launcher.starts(),
            .zygote_forks = launcher.forks(),
            .stems_ready = stems.size(),
            .stems_target = stems.target(),
            .memory_pressure_evictions = memory_pressure.evicted()};
  }

  // Each takes the next function until none is left.
  asio::awaitable<void> ProbeFunctions() {
    while (next_probe < functions.size()) {
      // By index: Start may have returned, and the functions may not move after that.
      const size_t index = next_probe++;
      FunctionKind kind = FunctionKind::kDetect;
      InvocationResult result = co_await invoker.Probe(functions[index].name, &kind);
      ServedFunction& function = functions[index];
      function.initialising = false;
      function.kind = kind;
      function.outcome = result.outcome;
      function.error = std::move(result.error);
      if (++probed == functions.size()) all_probed->Set(true);
    }
  }

  asio::awaitable<void> Probe() {
    all_probed = std::make_shared<OneShot<bool>>();
    if (functions.empty()) co_return;
    for (size_t i = 0; i < kProbesAtOnce; ++i) asio::co_spawn(context, ProbeFunctions(), asio::detached);
    asio::steady_timer timer(context, kProbeTime);
    timer.async_wait([waiting = all_probed](boost::system::error_code error) {
      if (!error) waiting->Set(false);
    });
    co_await all_probed->Get();
  }

  asio::io_context& context;
  EmulatorOptions options;
  ZygoteLauncher launcher;
  Stems stems;
  ProcessInstanceFactory factory;
  Observers observers;
  Pool pool;
  MemoryPressure memory_pressure;
  Invoker invoker;
  std::optional<Metrics> metrics;
  std::optional<AdminPages> admin_pages;
  LambdaApi lambda_api;
  FunctionUrl function_url;
  HttpServer http;
  HttpServer admin;
  GrpcServer grpc;
  ProgramServer programs;
  bool grpc_started = false;
  std::string sandbox_missing;
  std::optional<sandbox::Cgroups> cgroups;

  std::vector<ServedFunction> functions;
  size_t next_probe = 0;
  size_t probed = 0;
  std::shared_ptr<OneShot<bool>> all_probed;
};

Emulator::Emulator(asio::io_context& context, EmulatorOptions options)
    : impl_(std::make_unique<Impl>(context, std::move(options))) {}

Emulator::~Emulator() = default;

asio::awaitable<absl::Status> Emulator::Start() {
  Impl& self = *impl_;
  absl::StatusOr<EnginePaths> engine = FindEngine();
  if (!engine.ok()) co_return engine.status();
  if (absl::Status status = self.http.Start("--port"); !status.ok()) co_return status;
  if (absl::Status status = self.grpc.Start(self.options.host, self.options.grpc_port, "--grpc-port"); !status.ok()) {
    co_return status;
  }
  self.grpc_started = true;
  // Without it, `hearth exec` boots a Node of its own: slower, and nothing else.
  (void)self.programs.Listen(self.grpc.port());

  for (const auto& [name, budget] : self.options.tenants) {
    self.pool.SetTenantMaximum(name, budget.max_instances);
    self.invoker.admission().SetBudget(name, budget);
  }
  const std::string port = std::to_string(self.http.port());
  for (FunctionSpec& spec : self.options.functions) {
    if (self.options.sandbox.has_value()) spec.sandbox.mode = *self.options.sandbox;
    AddEnvironment(spec, port);
    self.functions.push_back({.name = spec.name,
                              .kind = spec.kind,
                              .url = StrCat("http://localhost:", port, "/", spec.name, "/"),
                              .initialising = true});
    self.pool.Register(std::make_shared<const FunctionSpec>(std::move(spec)));
  }

  // Before there are other processes, which would have to be moved as well.
  if (self.options.sandbox != sandbox::Mode::kOff) {
    self.cgroups.emplace(sandbox::Cgroups::Open());
    self.factory.UseCgroups(&*self.cgroups);
  }
  engine->sandbox = self.options.sandbox.value_or(sandbox::Mode::kBestEffort);
  if (absl::Status status = co_await self.StartZygote(*engine); !status.ok()) co_return status;
  self.launcher.OnEvent([&self](ZygoteLauncher::Event event, const absl::Status& status) {
    // Stems of the old one would keep its address layout in use.
    self.stems.Clear();
    if (event == ZygoteLauncher::Event::kReplaced) self.stems.Fill();
    if (self.options.on_engine_event) self.options.on_engine_event(status);
  });
  self.factory.OnTemplate([&self](const std::string& function, TemplateStatus::State state, const std::string& detail) {
    if (self.options.on_template) self.options.on_template(function, TemplateStateName(state), detail);
  });
  const ZygoteInfo& info = self.launcher.info();
  self.metrics.emplace(&self.pool, BuildInfo{self.options.version, info.node_version, info.v8_version});
  self.metrics->SetAdmission(&self.invoker.admission());
  self.observers.metrics = &*self.metrics;
  self.factory.OnSandboxed([&self](const std::string& /*function*/, const sandbox::Report& report) {
    self.metrics->SetSandbox(report);
    std::string missing = report.Missing();
    if (missing == std::exchange(self.sandbox_missing, missing) || missing.empty()) return;
    if (self.options.on_sandbox_incomplete) self.options.on_sandbox_incomplete(missing);
  });
  self.admin_pages.emplace(*self.metrics);
  self.admin.AddHandler(&*self.admin_pages);
  if (absl::Status status = self.admin.Start("--admin-port"); !status.ok()) co_return status;

  self.memory_pressure.Start();
  co_await self.Probe();
  self.stems.Fill();
  self.admin_pages->SetReady();
  co_return absl::OkStatus();
}

std::string Emulator::http_address() const { return StrCat(impl_->options.host, ":", impl_->http.port()); }
std::string Emulator::grpc_address() const { return StrCat(impl_->options.host, ":", impl_->grpc.port()); }
std::string Emulator::admin_address() const { return StrCat(impl_->options.host, ":", impl_->admin.port()); }
const std::vector<ServedFunction>& Emulator::functions() const { return impl_->functions; }

void Emulator::Run() {
  asio::io_context& context = impl_->context;
  auto last_work = std::chrono::steady_clock::now();
  while (!context.stopped()) {
    if (context.poll() > 0) {
      last_work = std::chrono::steady_clock::now();
      continue;
    }
    const size_t running = impl_->invoker.running();
    const bool answers_soon = running > 0 && running <= kSpinUpTo;
    if (!answers_soon || std::chrono::steady_clock::now() - last_work > kSpinFor) context.run_one();
  }
}

void Emulator::Stop(std::function<void()> done) {
  Impl& self = *impl_;
  if (self.grpc_started) self.grpc.SetServing(false);
  if (self.admin_pages) self.admin_pages->SetNotReady("hearth is shutting down");
  self.memory_pressure.Stop();
  self.stems.Clear();
  const auto finish = [&self, done = std::move(done)] {
    self.stems.Clear();
    self.programs.Stop();
    self.factory.Stop();
    self.launcher.Stop();
    KillDescendants();
    self.http.Stop();
    self.admin.Stop();
    done();
  };
  self.pool.Shutdown([&self, finish] {
    if (!self.grpc_started) return finish();
    self.grpc.Shutdown(GrpcServer::Clock::now() + kGrpcGrace, finish);
  });
}

}  // namespace hearth
