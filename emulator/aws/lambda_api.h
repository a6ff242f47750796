#pragma once

// The AWS Lambda API for unmodified SDKs and tools (`aws lambda invoke --endpoint-url http://localhost:8080 …`):
//
//   POST /2015-03-31/functions/{name}/invocations      Invoke: RequestResponse, Event, DryRun
//   POST /2014-11-13/functions/{name}/invoke-async     InvokeAsync (deprecated by AWS)
//   GET  /2015-03-31/functions                         ListFunctions: those that take events
//   GET  /2015-03-31/functions/{name}                  GetFunction
//   GET  /2015-03-31/functions/{name}/configuration    GetFunctionConfiguration
//
// {name} is anything that ParseFunctionReference takes, percent-encoded. There is one version of each function, $LATEST:
// any qualifier is accepted and runs it. Signatures are not verified. Credentials, roles and retries of Event
// invocations do not exist here. Functions that are not of kind `lambda` are refused, with the URL to use instead.
//
// An Event invocation is answered 202 and runs on; what came of it goes to the AsyncObserver. Core's thread only.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "emulator/aws/arn.h"
#include "invoker/http_server.h"
#include "invoker/invoker.h"

namespace hearth {

class LambdaApi : public WholeRequestHandler {
 public:
  using AsyncObserver = std::function<void(const InvocationResult&)>;

  // `invoker` is not owned; this must outlive its context's last run. `on_async` may be null.
  explicit LambdaApi(Invoker& invoker, AsyncObserver on_async = nullptr)
      : invoker_(invoker), on_async_(std::move(on_async)) {}

  bool Accepts(std::string_view method, std::string_view target) const override;
  // More than the function's own limit, so that most bodies over it get AWS's own error instead of HTTP's.
  uint64_t BodyLimit(std::string_view target) const override;
  boost::asio::awaitable<WholeResponse> Handle(WholeRequest request, CancelToken& cancel) override;

 private:
  struct Call;

  boost::asio::awaitable<WholeResponse> Invoke(Call call, WholeRequest request, CancelToken& cancel);
  boost::asio::awaitable<WholeResponse> InvokeNow(Call call, WholeRequest request, CancelToken& cancel);
  WholeResponse InvokeLater(const Call& call, const WholeRequest& request);
  WholeResponse ListFunctions(const std::string& request_id) const;

  Invoker& invoker_;
  AsyncObserver on_async_;
};

}  // namespace hearth
