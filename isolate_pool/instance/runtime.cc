#include "isolate_pool/instance/runtime.h"

#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

#include "isolate_pool/channel/fetch_window.h"
#include "isolate_pool/runtime/sources.h"

namespace hearth {
namespace {

using v8::Context;
using v8::Function;
using v8::FunctionCallbackInfo;
using v8::HandleScope;
using v8::Isolate;
using v8::Local;
using v8::Object;
using v8::String;
using v8::Value;

Local<String> ToV8(Isolate* isolate, std::string_view text) {
  return String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal, static_cast<int>(text.size()))
      .FromMaybe(Local<String>());
}

// Of bytes as they are on the wire: each is one character.
Local<String> FromLatin1(Isolate* isolate, std::string_view bytes) {
  return String::NewFromOneByte(isolate, reinterpret_cast<const uint8_t*>(bytes.data()), v8::NewStringType::kNormal,
                                static_cast<int>(bytes.size()))
      .FromMaybe(Local<String>());
}

void ToLatin1(Isolate* isolate, Local<Value> value, std::string* out) {
  if (!value->IsString()) return;
  const auto text = value.As<String>();
  out->resize(text->Length());
  text->WriteOneByteV2(isolate, 0, text->Length(), reinterpret_cast<uint8_t*>(out->data()));
}

// A string as UTF-8, or the bytes of a Uint8Array.
void ToBytes(Isolate* isolate, Local<Value> value, std::string* out) {
  if (value->IsString()) {
    const auto text = value.As<String>();
    out->resize(text->Utf8LengthV2(isolate));
    text->WriteUtf8V2(isolate, out->data(), out->size());
  } else if (value->IsArrayBufferView()) {
    const auto view = value.As<v8::ArrayBufferView>();
    out->resize(view->ByteLength());
    view->CopyContents(out->data(), out->size());
  }
}

std::string ToText(Isolate* isolate, Local<Value> value) {
  const String::Utf8Value text(isolate, value);
  return *text == nullptr ? "" : std::string(*text, static_cast<size_t>(text.length()));
}

Local<Value> Get(Local<Context> context, Local<Object> object, std::string_view name) {
  return object->Get(context, ToV8(Isolate::GetCurrent(), name)).FromMaybe(Local<Value>());
}

// failure.js's Failure; the object was made by our own code, but a function may have meddled with its prototypes.
void ReadFailure(Isolate* isolate, Local<Value> value, internal::Failure* out) {
  if (value.IsEmpty() || !value->IsObject()) return;
  const Local<Context> context = isolate->GetCurrentContext();
  const auto object = value.As<Object>();
  const auto text = [&](std::string_view name) {
    const Local<Value> member = Get(context, object, name);
    return member.IsEmpty() ? std::string() : ToText(isolate, member);
  };
  out->set_type(text("type"));
  out->set_message(text("message"));
  out->set_frame(text("frame"));
  const Local<Value> stack = Get(context, object, "stack");
  if (stack.IsEmpty() || !stack->IsArray()) return;
  const auto lines = stack.As<v8::Array>();
  for (uint32_t i = 0; i < lines->Length(); ++i) {
    Local<Value> line;
    if (lines->Get(context, i).ToLocal(&line)) out->add_stack(ToText(isolate, line));
  }
}

// xorshift128+, the generator of V8's own Math.random; to be seeded in each process (not told apart by its id, which may
// be 1 in all of them).
class RandomNumbers {
 public:
  double Next() {
    uint64_t s1 = state_[0];
    const uint64_t s0 = state_[1];
    state_[0] = s0;
    s1 ^= s1 << 23;
    s1 ^= s1 >> 17;
    s1 ^= s0;
    s1 ^= s0 >> 26;
    state_[1] = s1;
    constexpr double kUnit = 1.0 / 9007199254740992.0;  // 2^-53
    return static_cast<double>(state_[0] >> 11) * kUnit;
  }
  void Seed() {
    do {
      if (getrandom(state_.data(), sizeof state_, 0) != sizeof state_) abort();
    } while (state_[0] == 0 && state_[1] == 0);
  }

 private:
  std::array<uint64_t, 2> state_{1, 2};
};

}  // namespace

struct Runtime::Impl {
  explicit Impl(engine::Engine& e) : engine(e), isolate(e.isolate()) {}

  engine::Engine& engine;
  Isolate* const isolate;
  RuntimeEvents* events = nullptr;
  RandomNumbers random;
  v8::Global<Function> warm, assign, run_program, become_template, restore, invoke, cancel, connect, idle,
      fetch_request, fetch_cancel, fetch_credit;
  v8::Global<Object> callback_resource;
  // Of the fetch lane, to be filled again and again.
  internal::FromInstance fetch_message;

  static Impl& Of(const FunctionCallbackInfo<Value>& info) {
    return *static_cast<Impl*>(info.Data().As<v8::External>()->Value(v8::kExternalPointerTypeTagDefault));
  }
  void Expose(Local<Object> binding, std::string_view name, v8::FunctionCallback callback);
  Local<Object> MakeBinding();
  void AddFetchLane(Local<Object> binding);
  std::string LoadModules();
  Local<Object> ToObject(const internal::Assignment& assignment);
  // Calls a function of the runtime as the event loop would: next-tick callbacks and microtasks run afterwards.
  v8::MaybeLocal<Value> Call(const v8::Global<Function>& function, std::vector<Local<Value>> arguments);
};

void Runtime::Impl::Expose(Local<Object> binding, std::string_view name, v8::FunctionCallback callback) {
  const Local<Context> context = engine.context();
  const auto self = v8::External::New(isolate, this, v8::kExternalPointerTypeTagDefault);
  const auto function = Function::New(context, callback, self).ToLocalChecked();
  binding->Set(context, ToV8(isolate, name), function).Check();
}

Local<Object> Runtime::Impl::MakeBinding() {
  const Local<Object> binding = Object::New(isolate);
  Expose(binding, "initialised", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    if (self.events == nullptr) return;
    internal::Initialised report;
    report.set_kind(ToText(self.isolate, info[0]));
    if (info[1]->IsObject()) ReadFailure(self.isolate, info[1], report.mutable_failure());
    self.events->OnInitialised(report);
  });
  // (id, json | undefined, failure | undefined)
  Expose(binding, "result", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    if (self.events == nullptr) return;
    internal::Result result;
    result.set_id(static_cast<uint64_t>(info[0].As<v8::Number>()->Value()));
    if (info[1]->IsString()) {
      result.set_payload(ToText(self.isolate, info[1]));
    } else {
      ReadFailure(self.isolate, info[2], result.mutable_failure());
    }
    self.events->OnResult(result);
  });
  Expose(binding, "uncaught", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    if (self.events == nullptr) return;
    internal::Failure failure;
    ReadFailure(self.isolate, info[0], &failure);
    self.events->OnUncaughtError(failure);
  });
  // Where an error was made: [file, line, column, source line], or undefined.
  Expose(binding, "locate", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    const Local<Context> context = self.engine.context();
    const Local<v8::Message> message = v8::Exception::CreateMessage(self.isolate, info[0]);
    Local<String> source;
    const int line = message->GetLineNumber(context).FromMaybe(0);
    if (line <= 0 || !message->GetSourceLine(context).ToLocal(&source)) return;
    Local<Value> parts[] = {message->GetScriptResourceName(), v8::Integer::New(self.isolate, line),
                            v8::Integer::New(self.isolate, message->GetStartColumn(context).FromMaybe(0)), source};
    info.GetReturnValue().Set(v8::Array::New(self.isolate, parts, std::size(parts)));
  });
  Expose(binding, "fillRandom", [](const FunctionCallbackInfo<Value>& info) {
    const auto numbers = info[0].As<v8::Float64Array>();
    auto* out = static_cast<double*>(numbers->Buffer()->Data());
    for (size_t i = 0; i < numbers->Length(); ++i) out[i] = Of(info).random.Next();
  });
  Expose(binding, "restartClocks", [](const FunctionCallbackInfo<Value>& info) {
    info.GetReturnValue().Set(static_cast<double>(Of(info).engine.clocks().Restart()));
  });
  Expose(binding, "busy", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    info.GetReturnValue().Set(self.events != nullptr && self.events->Busy());
  });
  Expose(binding, "pid", [](const FunctionCallbackInfo<Value>& info) { info.GetReturnValue().Set(getpid()); });
  // A connected pair, for the warm-up.
  Expose(binding, "socketPair", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) return;
    Local<Value> parts[] = {v8::Integer::New(self.isolate, fds[0]), v8::Integer::New(self.isolate, fds[1])};
    info.GetReturnValue().Set(v8::Array::New(self.isolate, parts, std::size(parts)));
  });
  AddFetchLane(binding);
  return binding;
}

void Runtime::Impl::AddFetchLane(Local<Object> binding) {
  const auto set = [&](std::string_view name, uint64_t value) {
    binding->Set(engine.context(), ToV8(isolate, name), v8::Number::New(isolate, static_cast<double>(value))).Check();
  };
  set("fetchWindow", kFetchWindow);
  set("fetchPiece", kFetchPiece);
  // (id, status, reason, [name, value, …], string | Uint8Array | undefined, more, logged)
  Expose(binding, "respond", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    if (self.events == nullptr) return;
    self.fetch_message.Clear();
    internal::FetchResponse& response = *self.fetch_message.mutable_fetch_response();
    response.set_id(static_cast<uint64_t>(info[0].As<v8::Number>()->Value()));
    response.set_status(info[1].As<v8::Number>()->Value());
    ToLatin1(self.isolate, info[2], response.mutable_reason());
    const auto fields = info[3].As<v8::Array>();
    for (uint32_t i = 0; i < fields->Length(); ++i) {
      Local<Value> field;
      if (!fields->Get(self.engine.context(), i).ToLocal(&field)) return;
      ToLatin1(self.isolate, field, response.add_headers());
    }
    ToBytes(self.isolate, info[4], response.mutable_body());
    response.set_more(info[5]->IsTrue());
    response.set_logged(info[6]->IsTrue());
    self.events->OnFetch(self.fetch_message);
  });
  // (id, Uint8Array | undefined, last, broken)
  Expose(binding, "chunk", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    if (self.events == nullptr) return;
    self.fetch_message.Clear();
    internal::FetchChunk& chunk = *self.fetch_message.mutable_fetch_chunk();
    chunk.set_id(static_cast<uint64_t>(info[0].As<v8::Number>()->Value()));
    ToBytes(self.isolate, info[1], chunk.mutable_body());
    chunk.set_last(info[2]->IsTrue());
    chunk.set_broken(info[3]->IsTrue());
    self.events->OnFetch(self.fetch_message);
  });
  // (id, failure, logged)
  Expose(binding, "failFetch", [](const FunctionCallbackInfo<Value>& info) {
    Impl& self = Of(info);
    if (self.events == nullptr) return;
    self.fetch_message.Clear();
    internal::FetchResponse& response = *self.fetch_message.mutable_fetch_response();
    response.set_id(static_cast<uint64_t>(info[0].As<v8::Number>()->Value()));
    ReadFailure(self.isolate, info[1], response.mutable_failure());
    response.set_logged(info[2]->IsTrue());
    self.events->OnFetch(self.fetch_message);
  });
}

std::string Runtime::Impl::LoadModules() {
  const HandleScope handles(isolate);
  const v8::TryCatch failure(isolate);
  const Local<Context> context = engine.context();
  const Local<Object> modules = Object::New(isolate);
  Local<Function> bootstrap;
  for (const RuntimeModule& module : RuntimeModules()) {
    const bool is_bootstrap = module.name == "bootstrap";
    const std::vector<std::string> parameters =
        is_bootstrap ? std::vector<std::string>{"modules", "internal", "binding", "process"}
                     : std::vector<std::string>{"module", "require", "internal", "binding", "process"};
    Local<Function> compiled;
    if (!engine.CompileFunction("hearth:" + std::string(module.name), module.source, parameters).ToLocal(&compiled)) {
      return "runtime/" + std::string(module.name) + ".js: " + ToText(isolate, failure.Exception());
    }
    if (is_bootstrap) {
      bootstrap = compiled;
    } else {
      modules->Set(context, ToV8(isolate, module.name), compiled).Check();
    }
  }
  Local<Value> arguments[] = {modules, engine.internal_require(), MakeBinding(),
                              Get(context, context->Global(), "process")};
  Local<Value> exports;
  if (bootstrap.IsEmpty() ||
      !bootstrap->Call(context, v8::Undefined(isolate), std::size(arguments), arguments).ToLocal(&exports)) {
    return "runtime/bootstrap.js: " + (failure.HasCaught() ? ToText(isolate, failure.Exception()) : "missing");
  }
  const auto take = [&](std::string_view name, v8::Global<Function>& out) {
    out.Reset(isolate, Get(context, exports.As<Object>(), name).As<Function>());
  };
  take("warm", warm);
  take("assign", assign);
  take("runProgram", run_program);
  take("becomeTemplate", become_template);
  take("restore", restore);
  take("invoke", invoke);
  take("cancel", cancel);
  take("connect", connect);
  take("idle", idle);
  take("fetchRequest", fetch_request);
  take("fetchCancel", fetch_cancel);
  take("fetchCredit", fetch_credit);
  callback_resource.Reset(isolate, Object::New(isolate));
  return "";
}

v8::MaybeLocal<Value> Runtime::Impl::Call(const v8::Global<Function>& function, std::vector<Local<Value>> arguments) {
  const Local<Context> context = engine.context();
  node::CallbackScope scope(engine.environment(), callback_resource.Get(isolate), {0, 0});
  return function.Get(isolate)->Call(context, v8::Undefined(isolate), static_cast<int>(arguments.size()),
                                     arguments.data());
}

Runtime::Runtime(engine::Engine& engine) : impl_(std::make_unique<Impl>(engine)) {}
Runtime::~Runtime() = default;

std::unique_ptr<Runtime> Runtime::Load(engine::Engine& engine, std::string* error) {
  std::unique_ptr<Runtime> runtime(new Runtime(engine));
  *error = runtime->impl_->LoadModules();
  return error->empty() ? std::move(runtime) : nullptr;
}

std::string Runtime::Warm(bool exercise) {
  Isolate* const isolate = impl_->isolate;
  const HandleScope handles(isolate);
  const v8::TryCatch failure(isolate);
  Local<Value> value;
  if (!impl_->Call(impl_->warm, {v8::Boolean::New(isolate, exercise)}).ToLocal(&value))
    return ToText(isolate, failure.Exception());
  const auto promise = value.As<v8::Promise>();
  while (promise->State() == v8::Promise::kPending) {
    if (uv_run(impl_->engine.loop(), UV_RUN_ONCE) == 0 && promise->State() == v8::Promise::kPending) {
      return "the warm-up waits for something that never comes";
    }
    impl_->engine.platform().DrainTasks(isolate);
  }
  return promise->State() == v8::Promise::kFulfilled ? "" : ToText(isolate, promise->Result());
}

void Runtime::SetEvents(RuntimeEvents* events) { impl_->events = events; }

Local<Object> Runtime::Impl::ToObject(const internal::Assignment& assignment) {
  const Local<Context> context = engine.context();
  const Local<Object> object = Object::New(isolate);
  const auto set = [&](std::string_view name, Local<Value> value) {
    object->Set(context, ToV8(isolate, name), value).Check();
  };
  set("instance", ToV8(isolate, assignment.instance()));
  set("kind", ToV8(isolate, assignment.kind()));
  set("directory", ToV8(isolate, assignment.directory()));
  set("entry", ToV8(isolate, assignment.entry()));
  set("handler", ToV8(isolate, assignment.handler()));
  set("port", v8::Integer::NewFromUnsigned(isolate, assignment.port()));
  return object;
}

void Runtime::Assign(const internal::Assignment& assignment) {
  const HandleScope handles(impl_->isolate);
  impl_->random.Seed();
  (void)impl_->Call(impl_->assign, {impl_->ToObject(assignment)});
}

void Runtime::RunProgram(const internal::Assignment& assignment) {
  Isolate* const isolate = impl_->isolate;
  const HandleScope handles(isolate);
  const Local<Context> context = impl_->engine.context();
  impl_->random.Seed();
  const internal::Program& program = assignment.program();
  std::vector<Local<Value>> arguments;
  for (const std::string& argument : program.arguments()) arguments.push_back(ToV8(isolate, argument));
  const Local<Object> description = Object::New(isolate);
  const auto set = [&](std::string_view name, Local<Value> value) {
    description->Set(context, ToV8(isolate, name), value).Check();
  };
  set("instance", ToV8(isolate, assignment.instance()));
  set("file", ToV8(isolate, program.file()));
  set("arguments", v8::Array::New(isolate, arguments.data(), arguments.size()));
  (void)impl_->Call(impl_->run_program, {description});
}

void Runtime::BecomeTemplate() {
  const HandleScope handles(impl_->isolate);
  (void)impl_->Call(impl_->become_template, {});
}

void Runtime::Restore(const internal::Assignment& assignment) {
  const HandleScope handles(impl_->isolate);
  impl_->random.Seed();
  (void)impl_->Call(impl_->restore, {impl_->ToObject(assignment)});
}

void Runtime::Invoke(const internal::Invocation& invocation) {
  Isolate* const isolate = impl_->isolate;
  const HandleScope handles(isolate);
  const Local<String> payload = ToV8(isolate, invocation.payload());
  const auto id = v8::Number::New(isolate, static_cast<double>(invocation.id()));
  if (payload.IsEmpty()) {  // longer than V8's longest string, about 512 MiB
    internal::Result result;
    result.set_id(invocation.id());
    result.mutable_failure()->set_type("RangeError");
    result.mutable_failure()->set_message("the event is longer than the longest string of JavaScript");
    impl_->events->OnResult(result);
    return;
  }
  (void)impl_->Call(impl_->invoke,
                    {id, payload, ToV8(isolate, invocation.request_id()),
                     v8::Number::New(isolate, static_cast<double>(invocation.deadline_ms())),
                     ToV8(isolate, invocation.function_arn()), ToV8(isolate, invocation.client_context())});
}

void Runtime::Cancel(uint64_t id) {
  const HandleScope handles(impl_->isolate);
  (void)impl_->Call(impl_->cancel, {v8::Number::New(impl_->isolate, static_cast<double>(id))});
}

void Runtime::Fetch(const internal::FetchRequest& request) {
  Isolate* const isolate = impl_->isolate;
  const HandleScope handles(isolate);
  std::vector<Local<Value>> fields;
  fields.reserve(static_cast<size_t>(request.headers_size()));
  for (const std::string& field : request.headers()) fields.push_back(FromLatin1(isolate, field));
  Local<Value> body = v8::Undefined(isolate);
  if (!request.body().empty()) {
    const auto buffer = v8::ArrayBuffer::New(isolate, request.body().size());
    std::memcpy(buffer->Data(), request.body().data(), request.body().size());
    body = v8::Uint8Array::New(buffer, 0, request.body().size());
  }
  (void)impl_->Call(impl_->fetch_request, {v8::Number::New(isolate, static_cast<double>(request.id())),
                                           FromLatin1(isolate, request.request_id()),
                                           FromLatin1(isolate, request.method()), FromLatin1(isolate, request.target()),
                                           v8::Array::New(isolate, fields.data(), fields.size()), body});
}

void Runtime::CancelFetch(uint64_t id) {
  const HandleScope handles(impl_->isolate);
  (void)impl_->Call(impl_->fetch_cancel, {v8::Number::New(impl_->isolate, static_cast<double>(id))});
}

void Runtime::CreditFetch(uint64_t id, uint64_t bytes) {
  const HandleScope handles(impl_->isolate);
  (void)impl_->Call(impl_->fetch_credit, {v8::Number::New(impl_->isolate, static_cast<double>(id)),
                                          v8::Number::New(impl_->isolate, static_cast<double>(bytes))});
}

void Runtime::Connect(int fd) {
  const HandleScope handles(impl_->isolate);
  (void)impl_->Call(impl_->connect, {v8::Integer::New(impl_->isolate, fd)});
}

bool Runtime::Idle() {
  const HandleScope handles(impl_->isolate);
  Local<Value> again;
  return impl_->Call(impl_->idle, {}).ToLocal(&again) && again->BooleanValue(impl_->isolate);
}

}  // namespace hearth
