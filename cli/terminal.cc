#include "cli/terminal.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include <boost/json.hpp>

#include "base/strings.h"
#include "base/utf8.h"

namespace hearth {
namespace {

constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";
constexpr std::string_view kRed = "31";
constexpr std::string_view kYellow = "33";
constexpr size_t kShortId = 8;

double Milliseconds(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

std::string Clock() { return Timestamp().substr(11, 12); }

}  // namespace

std::string Timestamp() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  const size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  return fmt::format("{}.{:03}Z", std::string_view(text, size), milliseconds);
}

std::string Printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = Utf8SequenceLength(bytes);
    const auto first = static_cast<unsigned char>(bytes.front());
    // A terminal obeys control characters; a function must not be able to drive it. Colours are let through.
    const bool control = (first < 0x20 && first != '\t' && first != 0x1b) || first == 0x7f;
    if (length == 0 || control) {
      out += "\xef\xbf\xbd";
      bytes.remove_prefix(1);
      continue;
    }
    if (first == 0x1b) {
      const size_t end = bytes.size() > 1 && bytes[1] == '[' ? bytes.find_first_not_of("0123456789;", 2) : 0;
      if (end == 0 || end == std::string_view::npos || bytes[end] != 'm') {
        out += "\xef\xbf\xbd";
        bytes.remove_prefix(1);
        continue;
      }
      out.append(bytes.substr(0, end + 1));
      bytes.remove_prefix(end + 1);
      continue;
    }
    out.append(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return out;
}

Terminal::Terminal(bool json, LogFormat log_format)
    : json_(json),
      log_format_(log_format),
      colours_(!json && log_format == LogFormat::kText && isatty(STDOUT_FILENO) == 1 &&
               std::getenv("NO_COLOR") == nullptr) {
  auto logger = std::make_shared<spdlog::logger>("hearth", std::make_shared<spdlog::sinks::stdout_sink_st>());
  logger->set_pattern("%v");
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

std::string Terminal::Colour(std::string_view code, std::string_view text) const {
  return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

void Terminal::Ready(const Emulator& emulator, const std::vector<std::string>& paths) {
  if (json_) {
    boost::json::array functions;
    for (const ServedFunction& function : emulator.functions()) {
      boost::json::object entry{{"name", function.name}, {"kind", KindName(function.kind)}, {"url", function.url}};
      if (function.outcome != Outcome::kOk) {
        entry["error"] = boost::json::object{{"type", Printable(function.error.type)},
                                             {"message", Printable(function.error.message)}};
      }
      functions.emplace_back(std::move(entry));
    }
    spdlog::info(boost::json::serialize(boost::json::object{{"event", "ready"},
                                                            {"http", emulator.http_address()},
                                                            {"grpc", emulator.grpc_address()},
                                                            {"admin", emulator.admin_address()},
                                                            {"functions", std::move(functions)}}));
    return;
  }
  size_t width = 0;
  size_t url_width = 0;
  for (const ServedFunction& function : emulator.functions()) {
    width = std::max(width, function.name.size());
    url_width = std::max(url_width, function.url.size());
  }
  spdlog::info("\n{} serves {} function{} from {}\n", Colour(kBold, "hearth"), emulator.functions().size(),
               emulator.functions().size() == 1 ? "" : "s", StrJoin(paths, ", "));
  for (const ServedFunction& function : emulator.functions()) {
    const bool failed = function.outcome != Outcome::kOk;
    const std::string kind = failed                  ? Colour(kRed, "does not load")
                             : function.initialising ? Colour(kYellow, "still initialising")
                                                     : Colour(kDim, KindName(function.kind));
    spdlog::info("  {:<{}}  {:<{}}  {}", function.name, width, function.url, url_width, kind);
  }
  for (const ServedFunction& function : emulator.functions()) {
    if (function.outcome == Outcome::kOk) continue;
    Error(
        StrCat("function \"", function.name, "\" does not load: ", function.error.type, ": ", function.error.message));
  }
  spdlog::info("\n  gRPC {}   metrics http://{}/metrics\n  {}\n", emulator.grpc_address(), emulator.admin_address(),
               Colour(kDim, "Ctrl-C stops"));
}

void Terminal::Line(const LogLine& line) {
  const std::string text = Printable(line.text);
  if (structured()) {
    spdlog::info(boost::json::serialize(boost::json::object{{"event", "log"},
                                                            {"time", Timestamp()},
                                                            {"function", line.function},
                                                            {"instance", line.instance},
                                                            {"request_id", line.request_id},
                                                            {"stream", line.standard_error ? "stderr" : "stdout"},
                                                            {"message", text}}));
    return;
  }
  const std::string head =
      fmt::format("{} {} {:<{}}", Clock(), line.instance, line.request_id.substr(0, kShortId), kShortId);
  spdlog::info("{} {} {}", Colour(kDim, head), line.standard_error ? Colour(kYellow, "|") : Colour(kDim, "|"), text);
}

void Terminal::Invocation(const InvocationReport& report) {
  const bool failed = report.outcome != Outcome::kOk;
  const bool cold = !report.start.empty() && report.start != "warm";
  if (!failed && !cold) return;
  if (structured()) {
    boost::json::object entry{{"event", "invocation"},
                              {"time", Timestamp()},
                              {"function", report.function},
                              {"instance", report.instance},
                              {"request_id", report.request_id},
                              {"outcome", OutcomeName(report.outcome)},
                              {"start", report.start},
                              {"queue_ms", Milliseconds(report.queue)},
                              {"init_ms", Milliseconds(report.init)},
                              {"run_ms", Milliseconds(report.run)},
                              {"cpu_ms", Milliseconds(report.cpu)}};
    if (failed) {
      entry["error"] =
          boost::json::object{{"type", Printable(report.error.type)}, {"message", Printable(report.error.message)}};
    }
    spdlog::info(boost::json::serialize(entry));
    return;
  }
  const std::string who = report.instance.empty() ? report.function : report.instance;
  if (cold && !failed) {
    spdlog::info("{}", Colour(kDim, fmt::format("{} {} {} cold start: {:.1f} ms to ready, {:.1f} ms run", Clock(), who,
                                                report.request_id.substr(0, kShortId), Milliseconds(report.init),
                                                Milliseconds(report.run))));
    return;
  }
  spdlog::info("{} {} {}", Colour(kDim, fmt::format("{} {} {}", Clock(), who, report.request_id.substr(0, kShortId))),
               Colour(kRed, StrCat(OutcomeName(report.outcome), ":")),
               Printable(StrCat(report.error.type, ": ", report.error.message)));
}

void Terminal::Template(const std::string& function, std::string_view state, const std::string& detail) {
  if (structured()) {
    spdlog::info(boost::json::serialize(boost::json::object{{"event", "template"},
                                                            {"time", Timestamp()},
                                                            {"function", function},
                                                            {"state", state},
                                                            {"detail", Printable(detail)}}));
    return;
  }
  // That it worked is no news.
  if (state != "refused") return;
  const std::string text =
      fmt::format("{} {}: no template, each instance initialises itself: {}", Clock(), function, Printable(detail));
  spdlog::info("{}", Colour(kDim, text));
}

void Terminal::Warning(std::string_view message) { Notice("warning", "33", message); }
void Terminal::Error(std::string_view message) { Notice("error", "31", message); }

void Terminal::Notice(std::string_view kind, std::string_view colour, std::string_view message) {
  if (json_) {
    spdlog::info(
        boost::json::serialize(boost::json::object{{"event", kind}, {"time", Timestamp()}, {"message", message}}));
    return;
  }
  const bool colours = isatty(STDERR_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  if (colours) {
    fmt::print(stderr, "\x1b[{}m{}:\x1b[0m {}\n", colour, kind, message);
  } else {
    fmt::print(stderr, "{}: {}\n", kind, message);
  }
}

}  // namespace hearth
