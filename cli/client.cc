#include "cli/client.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <boost/json.hpp>

#include "base/strings.h"
#include "base/utf8.h"
#include "cli/exit_code.h"

namespace hearth {
namespace {

constexpr std::string_view kRed = "31";

std::string Quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

std::string_view CodeName(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::StatusCode::UNAVAILABLE:
      return "UNAVAILABLE";
    default:
      return "INTERNAL";
  }
}

void Print(std::FILE* stream, std::string_view text) { std::fwrite(text.data(), 1, text.size(), stream); }

}  // namespace

std::shared_ptr<grpc::Channel> Connect(const std::string& target) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // A proxy of the environment is for the world, not for a hearth on this machine.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

std::string CallErrorMessage(const grpc::Status& status, const std::string& target, const std::string& timeout) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      if (status.error_message().find("shutting down") != std::string::npos) return status.error_message();
      return StrCat("cannot reach hearth at ", target, ": is `hearth dev` running? (--grpc HOST:PORT)");
    case grpc::StatusCode::UNIMPLEMENTED:
      return StrCat("what answers at ", target, " is not hearth (--grpc HOST:PORT)");
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return timeout.empty() ? status.error_message() : StrCat("no answer within ", timeout, " (--timeout)");
    default:
      return status.error_message();
  }
}

int CallErrorExitCode(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::NOT_FOUND:
      return kExitUnknownFunction;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return kExitUsage;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::UNIMPLEMENTED:
      return kExitUnreachable;
    default:
      return kExitFailed;
  }
}

std::string CallErrorJson(grpc::StatusCode code, std::string_view message) {
  return StrCat("{\"error\":{\"type\":", Quoted(CodeName(code)), ",\"message\":", Quoted(ValidUtf8(message)), "}}");
}

std::string ErrorText(std::string_view message, bool colours) {
  return StrCat(Coloured(kRed, "error:", colours), " ", Shown(message), "\n");
}

int ReportCallError(const grpc::Status& status, const std::string& target, bool json, const std::string& timeout) {
  const std::string message = CallErrorMessage(status, target, timeout);
  if (json) {
    Print(stdout, CallErrorJson(status.error_code(), message) + "\n");
  } else {
    Print(stderr, ErrorText(message, UseColours(STDERR_FILENO)));
  }
  return CallErrorExitCode(status.error_code());
}

int ReportUsageError(std::string_view message) {
  Print(stderr, ErrorText(message, UseColours(STDERR_FILENO)));
  return kExitUsage;
}

bool UseColours(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(fd) != 0 && (no_color == nullptr || *no_color == '\0');
}

std::string Coloured(std::string_view code, std::string_view text, bool colours) {
  return colours ? StrCat("\x1b[", code, "m", text, "\x1b[0m") : std::string(text);
}

std::string Shown(std::string_view bytes) {
  std::string out;
  for (const char c : ValidUtf8(bytes)) {
    const bool is_control = (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    if (is_control) {
      out += "\ufffd";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace hearth
