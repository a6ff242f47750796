#pragma once

// Lambda function URLs: an HTTP request becomes an event of the payload format 2.0, and what the handler returns becomes
// the response. The format is that of API Gateway's HTTP APIs too.
//
//   curl localhost:8080/hello?name=x     →  handler({version: "2.0", rawPath: "/", queryStringParameters: {name: "x"}, …})
//   return { statusCode: 201, body }     →  201
//   return { greeting: "hi" }            →  200 application/json {"greeting":"hi"}
//   return "hi"                          →  200 application/json hi
//
// Unlike AWS, which answers "Internal Server Error", a function that fails is answered with hearth's error JSON.

#include <chrono>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "absl/status/statusor.h"
#include "invoker/http_server.h"
#include "invoker/invoker.h"

namespace hearth {

class FunctionUrl : public EventGateway {
 public:
  // `invoker` is not owned.
  explicit FunctionUrl(Invoker& invoker) : invoker_(invoker) {}

  boost::asio::awaitable<WholeResponse> Handle(std::string function, WholeRequest request,
                                               CancelToken& cancel) override;

 private:
  Invoker& invoker_;
};

// The event, as JSON. Bodies that are not text (by their Content-Type: text/*, JSON, XML, JavaScript) travel in base64;
// so do forms, as on AWS.
std::string FunctionUrlEvent(std::string_view function, const WholeRequest& request, std::string_view request_id,
                             std::chrono::system_clock::time_point now);

// The response for a handler's result. InvalidArgument: it has a statusCode, but HTTP cannot carry the rest.
absl::StatusOr<WholeResponse> FunctionUrlResponse(std::string_view result);

}  // namespace hearth
