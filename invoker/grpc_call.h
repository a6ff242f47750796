#pragma once

// One call of hearth.v1.Invoker, between gRPC's threads and the core's.
//
// A call is a gRPC reactor that is also shared: gRPC holds a reference until OnDone, the coroutine that runs the
// invocation holds another until the core is through with it, whichever is later. Everything the two sides share is
// guarded by a mutex, and no gRPC operation is started once the call is finished. Nothing of the core (Invoker, Pool,
// CancelToken) is touched on gRPC's threads: they post.

#include <memory>

#include "grpcpp/grpcpp.h"
#include "hearth/v1/invoker.grpc.pb.h"
#include "invoker/invoker.h"

namespace hearth {

// Starts a call. The reactor manages its own life; `invoker` must outlive the gRPC server.
grpc::ServerUnaryReactor* StartUnaryCall(Invoker& invoker, grpc::CallbackServerContext* context,
                                         const v1::InvokeRequest* request, v1::InvokeResponse* response);
grpc::ServerBidiReactor<v1::InvokeStreamRequest, v1::InvokeStreamResponse>* StartStreamCall(
    Invoker& invoker, grpc::CallbackServerContext* context);

}  // namespace hearth
