#include "isolate_pool/engine/engine.h"

#include "isolate_pool/engine/huge_pages.h"
#include "isolate_pool/engine/malloc_holes.h"

namespace hearth::engine {
namespace {

constexpr int kSettleTurns = 100;

v8::Local<v8::String> ToV8(v8::Isolate* isolate, std::string_view text) {
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal, static_cast<int>(text.size()))
      .ToLocalChecked();
}

}  // namespace

// Entered once and never left; see the class comment.
struct Engine::Scopes {
  explicit Scopes(node::CommonEnvironmentSetup& setup)
      : locker(setup.isolate()), isolate(setup.isolate()), handles(setup.isolate()), context(setup.context()) {}
  v8::Locker locker;
  v8::Isolate::Scope isolate;
  v8::HandleScope handles;
  v8::Context::Scope context;
};

Engine::Engine() : platform_(std::make_unique<ForkablePlatform>()) {}
Engine::~Engine() = default;

std::unique_ptr<Engine> Engine::Boot(const std::string& executable, std::string* error) {
  const std::vector<std::string> arguments{executable};
  namespace Flags = node::ProcessInitializationFlags;
  const auto initialised = node::InitializeOncePerProcess(
      arguments, {Flags::kNoInitializeV8, Flags::kNoInitializeNodeV8Platform, Flags::kDisableNodeOptionsEnv,
                  Flags::kNoParseGlobalDebugVariables, Flags::kNoPrintHelpOrVersionOutput, Flags::kNoUseLargePages,
                  Flags::kNoStdioInitialization, Flags::kNoAdjustResourceLimits});
  if (initialised->early_return()) {
    *error = "Node did not initialise";
    for (const std::string& line : initialised->errors()) *error += ": " + line;
    return nullptr;
  }
  // What the warm-up compiled is there for the forks; V8 would drop it again as not used lately.
  v8::V8::SetFlagsFromString("--no-flush-bytecode");
  std::unique_ptr<Engine> engine(new Engine);
  engine->platform_->StartWorkers();
  v8::V8::InitializePlatform(engine->platform_.get());
  v8::V8::Initialize();

  engine->snapshot_ = node::EmbedderSnapshotData::BuiltinSnapshotData();
  std::vector<std::string> errors;
  // No inspector: it would start a thread. A function under the debugger is a process of its own, not a fork.
  const auto flags = static_cast<node::EnvironmentFlags::Flags>(node::EnvironmentFlags::kOwnsProcessState |
                                                                node::EnvironmentFlags::kNoCreateInspector);
  engine->setup_ = node::CommonEnvironmentSetup::CreateFromSnapshot(
      engine->platform_.get(), &errors, engine->snapshot_.get(), arguments, std::vector<std::string>{}, flags);
  if (engine->setup_ == nullptr) {
    *error = errors.empty() ? "Node's environment could not be created" : errors.front();
    return nullptr;
  }
  engine->isolate_ = engine->setup_->isolate();
  engine->scopes_ = std::make_unique<Scopes>(*engine->setup_);

  Engine* raw = engine.get();
  // Also called for each worker thread that a function starts; only the main environment is ours.
  const auto preload = [raw](node::Environment* environment, v8::Local<v8::Value>, v8::Local<v8::Value> require) {
    if (environment == raw->environment()) {
      raw->internal_require_.Reset(raw->isolate_, require.As<v8::Function>());
    }
  };
  v8::TryCatch failure(engine->isolate_);
  if (node::LoadEnvironment(engine->environment(), std::string_view(""), preload).IsEmpty() ||
      engine->internal_require_.IsEmpty()) {
    *error = "Node's environment could not be loaded";
    if (failure.HasCaught())
      *error += std::string(": ") + *v8::String::Utf8Value(engine->isolate_, failure.Exception());
    return nullptr;
  }
  if (*error = engine->clocks_.Find(engine->environment()); !error->empty()) return nullptr;
  return engine;
}

v8::Local<v8::Context> Engine::context() const { return setup_->context(); }
node::Environment* Engine::environment() const { return setup_->env(); }
uv_loop_t* Engine::loop() const { return setup_->event_loop(); }
v8::Local<v8::Function> Engine::internal_require() const { return internal_require_.Get(isolate_); }

v8::MaybeLocal<v8::Function> Engine::CompileFunction(std::string_view name, std::string_view source,
                                                     const std::vector<std::string>& parameters) {
  v8::ScriptOrigin origin(ToV8(isolate_, name));
  v8::ScriptCompiler::Source script(ToV8(isolate_, source), origin);
  std::vector<v8::Local<v8::String>> names;
  for (const std::string& parameter : parameters) names.push_back(ToV8(isolate_, parameter));
  return v8::ScriptCompiler::CompileFunction(context(), &script, names.size(), names.data());
}

void Engine::MeasureIdleTime() { uv_loop_configure(loop(), UV_METRICS_IDLE_TIME); }

void Engine::CompileLazily(bool lazily) { v8::V8::SetFlagsFromString(lazily ? "--lazy" : "--no-lazy"); }

void Engine::Settle() {
  // node::SpinEventLoop would emit the environment's exit and spend it.
  for (int turn = 0; turn < kSettleTurns; ++turn) {
    const bool alive = uv_run(loop(), UV_RUN_NOWAIT) != 0;
    platform_->DrainTasks(isolate_);
    if (!alive) break;
  }
}

void Engine::CollectMemory() {
  FillMallocHoles();
  const DensePageAllocator& pages = *platform_->GetPageAllocator();
  CollectIntoHugePages(pages.begin(), pages.end());
  CollectMallocHeap();
}

void Engine::PrepareFork() {
  Settle();
  platform_->PrepareFork(isolate_);
}

int Engine::AfterFork() {
  const int result = uv_loop_fork(loop());
  platform_->AfterFork();
  return result;
}

}  // namespace hearth::engine
