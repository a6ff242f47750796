#include "isolate_pool/instance/stack_trace.h"

#include "base/strings.h"

namespace hearth {
namespace {

constexpr int kStackFrames = 20;

std::string Describe(v8::Isolate* isolate, v8::Local<v8::StackFrame> frame) {
  const auto text = [&](v8::Local<v8::String> value) {
    return value.IsEmpty() ? std::string() : std::string(*v8::String::Utf8Value(isolate, value));
  };
  const std::string function = text(frame->GetFunctionName());
  const std::string place = StrCat(text(frame->GetScriptName()), ":", frame->GetLineNumber(), ":", frame->GetColumn());
  return "    at " + (function.empty() ? place : function + " (" + place + ")");
}

}  // namespace

std::vector<std::string> CurrentStack(v8::Isolate* isolate) {
  const v8::HandleScope handles(isolate);
  std::vector<std::string> stack;
  const v8::Local<v8::StackTrace> trace = v8::StackTrace::CurrentStackTrace(isolate, kStackFrames);
  for (int i = 0; i < trace->GetFrameCount(); ++i) stack.push_back(Describe(isolate, trace->GetFrame(isolate, i)));
  return stack;
}

}  // namespace hearth
