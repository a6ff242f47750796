#pragma once

// Translates between hearth.v1 messages and the invoker's own types. Pure functions; any thread.

#include <chrono>
#include <string_view>

#include "absl/status/statusor.h"
#include "grpcpp/support/status.h"
#include "hearth/v1/invoker.pb.h"
#include "invoker/http_message.h"
#include "invoker/invoker.h"
#include "invoker/outcome.h"

namespace hearth {

// The HTTP request that `request` asks for, with the defaults of invoker.proto: POST with a payload, else GET; path "/";
// Content-Type "application/json" (for CloudEvent functions whose payload is an event in JSON:
// "application/cloudevents+json"); Host "<function>.localhost". The framing headers (Content-Length, Connection, …) are
// the lane's business and dropped. `content_length` is nullopt for a body that is streamed.
// InvalidArgument: something that HTTP cannot carry, such as a line break in a header.
absl::StatusOr<HttpRequestHead> HttpHeadOf(const v1::InvokeRequest& request, FunctionKind kind,
                                           std::optional<uint64_t> content_length);

v1::HttpResponse HttpResponseOf(const HttpResponseHead& head);

// Outcomes that invoker.proto answers with a gRPC error; OK for those that are an InvokeResponse.
grpc::Status StatusOf(const InvocationResult& result);

// Outcome, error, report and log tail, without payload and HTTP head.
v1::InvokeResponse ResponseOf(const InvocationResult& result);

void SetDuration(google::protobuf::Duration* out, std::chrono::nanoseconds duration);

}  // namespace hearth
