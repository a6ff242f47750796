#include "bench/load/samples_csv.h"

#include <charconv>
#include <string_view>

namespace hearth::load {
namespace {

constexpr int kDecimals = 6;  // nanoseconds
constexpr size_t kFlushBytes = 1 << 20;

void AppendMilliseconds(std::string& line, Nanos time) {
  char text[40];
  const double milliseconds = static_cast<double>(time) / static_cast<double>(kMillisecond);
  const auto end = std::to_chars(text, text + sizeof text, milliseconds, std::chars_format::fixed, kDecimals).ptr;
  line.append(text, end);
}

void AppendQuoted(std::string& line, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line.append(text);
    return;
  }
  line += '"';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

}  // namespace

void WriteSamplesCsv(const Recorder& recorder, const std::vector<std::string>& functions, const MessageTable& messages,
                     std::ostream& out) {
  std::string text = "intended_ms,sent_ms,done_ms,latency_ms,function,outcome,status,start";
  for (size_t i = 0; i < kPhaseCount; ++i) {
    text += ',';
    text.append(PhaseName(static_cast<Phase>(i))).append("_ms");
  }
  text += ",bytes,message\n";
  for (const Sample& sample : recorder.samples()) {
    for (const Nanos time : {sample.request.intended, sample.request.sent, sample.done}) {
      AppendMilliseconds(text, time - recorder.begin());
      text += ',';
    }
    AppendMilliseconds(text, sample.latency());
    text += ',';
    if (sample.request.function < functions.size()) AppendQuoted(text, functions[sample.request.function]);
    text.append(",").append(OutcomeName(sample.outcome)).append(",");
    if (sample.status > 0) text.append(std::to_string(sample.status));
    text.append(",").append(StartName(sample.start));
    for (const Nanos phase : sample.phases) {
      text += ',';
      if (phase != kUnknown) AppendMilliseconds(text, phase);
    }
    text.append(",").append(std::to_string(sample.bytes)).append(",");
    AppendQuoted(text, messages[sample.message]);
    text += '\n';
    if (text.size() < kFlushBytes) continue;
    out << text;
    text.clear();
  }
  out << text;
}

}  // namespace hearth::load
