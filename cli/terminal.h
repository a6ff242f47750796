#pragma once

// What `hearth dev` shows: text for people, or with --json one object per line. Function logs and invocations go through
// spdlog, hearth's own words do too.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/emulator.h"
#include "invoker/outcome.h"
#include "isolate_pool/pool/instance.h"

namespace hearth {

enum class LogFormat { kText, kJson };

class Terminal {
 public:
  // `json` concerns everything on standard output; `log_format` the log lines alone.
  Terminal(bool json, LogFormat log_format);

  void Ready(const Emulator& emulator, const std::vector<std::string>& paths);
  void Line(const LogLine& line);
  // Failures, and the cold starts.
  void Invocation(const InvocationReport& report);
  // What became of a function's template: "ready", "refused" or "none", and why.
  void Template(const std::string& function, std::string_view state, const std::string& detail);
  void Warning(std::string_view message);
  void Error(std::string_view message);

 private:
  void Notice(std::string_view kind, std::string_view colour, std::string_view message);
  bool structured() const { return json_ || log_format_ == LogFormat::kJson; }
  std::string Colour(std::string_view code, std::string_view text) const;

  const bool json_;
  const LogFormat log_format_;
  const bool colours_;
};

// ISO 8601 in UTC with milliseconds.
std::string Timestamp();

// Bytes as they may be shown on a terminal or put into JSON: invalid UTF-8 and control characters (except tab) replaced.
std::string Printable(std::string_view bytes);

}  // namespace hearth
