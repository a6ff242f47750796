#include "invoker/admin.h"

#include <utility>

namespace hearth {
namespace {

constexpr std::string_view kIndex =
    "hearth admin\n"
    "\n"
    "/metrics   Prometheus metrics\n"
    "/healthz   200 while the process answers\n"
    "/readyz    200 when functions can be served, else 503 and why\n";

std::string_view PathOf(std::string_view target) { return target.substr(0, target.find('?')); }

WholeResponse Text(int status, std::string body) {
  WholeResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

bool AdminPages::Accepts(std::string_view, std::string_view target) const {
  const std::string_view path = PathOf(target);
  return path == "/" || path == "/metrics" || path == "/healthz" || path == "/readyz";
}

uint64_t AdminPages::BodyLimit(std::string_view) const { return 0; }

boost::asio::awaitable<WholeResponse> AdminPages::Handle(WholeRequest request, CancelToken&) {
  co_return Answer(request);
}

WholeResponse AdminPages::Answer(const WholeRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    WholeResponse response = Text(405, "method not allowed: use GET\n");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  const std::string_view path = PathOf(request.target);
  if (path == "/healthz") return Text(200, "ok\n");
  if (path == "/readyz") return not_ready_.empty() ? Text(200, "ready\n") : Text(503, not_ready_ + "\n");
  if (path == "/metrics") {
    WholeResponse response = Text(200, metrics_.Text());
    response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}};
    return response;
  }
  return Text(200, std::string(kIndex));
}

}  // namespace hearth
