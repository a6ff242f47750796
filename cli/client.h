#pragma once

// What the verbs that talk to a running hearth over gRPC have in common: the connection, and how its errors are told.
//
//   const auto channel = Connect(arguments.grpc);
//   if (!status.ok()) return ReportCallError(status, arguments.grpc, arguments.json);

#include <memory>
#include <string>
#include <string_view>

#include "grpcpp/grpcpp.h"

namespace hearth {

inline constexpr const char* kDefaultGrpc = "localhost:50051";

// "HOST:PORT". Connects when it is first used.
std::shared_ptr<grpc::Channel> Connect(const std::string& target);

// What to tell people about a call that failed: gRPC's own words for an unreachable hearth do not say what to do.
// `timeout` is what was asked for with --timeout, or empty.
std::string CallErrorMessage(const grpc::Status& status, const std::string& target, const std::string& timeout = "");
// The ExitCode for it.
int CallErrorExitCode(grpc::StatusCode code);

// {"error":{"type":"NOT_FOUND","message":"…"}}
std::string CallErrorJson(grpc::StatusCode code, std::string_view message);
// "error: …\n"
std::string ErrorText(std::string_view message, bool colours);

// Prints the error, as JSON on standard output or as text on standard error, and returns the exit code.
int ReportCallError(const grpc::Status& status, const std::string& target, bool json, const std::string& timeout = "");
// The same for a mistake on the command line.
int ReportUsageError(std::string_view message);

// True on a terminal, unless $NO_COLOR says otherwise.
bool UseColours(int fd);
std::string Coloured(std::string_view code, std::string_view text, bool colours);
// Bytes of a function, so that they do not drive a terminal: invalid UTF-8 and control characters replaced.
std::string Shown(std::string_view bytes);

}  // namespace hearth
