#pragma once

// The pages of the admin port: /metrics, /healthz, /readyz, and / which lists them.
//
//   AdminPages pages(metrics);
//   admin_server.AddHandler(&pages);
//   pages.SetReady();                       // when functions can be served
//   pages.SetNotReady("shutting down");     // drain
//
// /healthz says that the process answers; /readyz whether it should get traffic (503 with the reason if not).
// Core's thread only.

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "invoker/http_server.h"
#include "invoker/metrics.h"

namespace hearth {

class AdminPages : public WholeRequestHandler {
 public:
  // Not owned; must outlive this. Not ready ("starting") at first.
  explicit AdminPages(Metrics& metrics) : metrics_(metrics) {}

  void SetReady() { not_ready_.clear(); }
  // `reason` is not empty.
  void SetNotReady(std::string reason) { not_ready_ = std::move(reason); }

  bool Accepts(std::string_view method, std::string_view target) const override;
  uint64_t BodyLimit(std::string_view target) const override;
  boost::asio::awaitable<WholeResponse> Handle(WholeRequest request, CancelToken& cancel) override;

 private:
  WholeResponse Answer(const WholeRequest& request);

  Metrics& metrics_;
  std::string not_ready_ = "starting";
};

}  // namespace hearth
