#pragma once

// The core's half of a gRPC call: finds out what kind of function it is for, runs it, and gives what to answer.
// Core's thread.

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "grpcpp/support/status.h"
#include "hearth/v1/invoker.pb.h"
#include "invoker/http_message.h"
#include "invoker/invoker.h"

namespace hearth {

// Either an error of the call, or a response.
struct GrpcReply {
  grpc::Status status;
  v1::InvokeResponse response;
};

// Runs the function that `request` names. `body` is the event or the request's body, of `length` bytes if known. HTTP
// functions answer into `sink`; an event function's result is the reply's payload. All must outlive the call.
boost::asio::awaitable<GrpcReply> RunGrpcCall(Invoker& invoker, const v1::InvokeRequest& request, BodySource& body,
                                              std::optional<uint64_t> length, ResponseSink& sink,
                                              InvokeOptions options);

}  // namespace hearth
