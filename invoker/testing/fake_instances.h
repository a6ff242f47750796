#pragma once

// Instances that are objects of the test's own process, to run an Invoker without a zygote.
//
//   FakeInstances fakes(context, FunctionKind::kLambda);
//   fakes.on_event = [](FakeInstance&, const Event& event) { return EventResult{.ok = true, .payload = event.payload}; };
//   Pool pool(context, fakes);
//   Invoker invoker(context, pool, nullptr);
//
// Every instance is ready at once. An event that on_event gives nothing for is never answered. HTTP requests are
// answered by on_http. Core's thread only.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "isolate_pool/pool/instance.h"

namespace hearth {

using FakeHttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
using FakeHttpResponse = boost::beast::http::response<boost::beast::http::string_body>;

class FakeInstance;

class FakeInstances : public InstanceFactory {
 public:
  FakeInstances(boost::asio::io_context& context, FunctionKind kind) : context(context), kind(kind) {}

  std::shared_ptr<Instance> Start(std::shared_ptr<const FunctionSpec> spec, std::string id,
                                  std::function<void(absl::Status)> ready) override;
  void Forget(const std::string& function) override { forgotten.push_back(function); }

  boost::asio::io_context& context;
  FunctionKind kind;
  // If set, no instance becomes ready, and this is why.
  std::optional<ExitCause> init_failure;
  std::function<std::optional<EventResult>(FakeInstance&, const Event&)> on_event;
  std::function<FakeHttpResponse(const FakeHttpRequest&)> on_http;
  std::string log_tail;
  // Events that were given up.
  int cancelled = 0;
  // Functions of which nothing shall be kept ahead of need.
  std::vector<std::string> forgotten;
};

class FakeInstance : public Instance, public std::enable_shared_from_this<FakeInstance> {
 public:
  FakeInstance(FakeInstances& fakes, std::string id) : fakes_(fakes), id_(std::move(id)) {}

  // The process is gone, for this reason.
  void End(ExitCause cause) {
    if (cause_.kind != ExitCause::Kind::kRunning) return;
    cause_ = std::move(cause);
    for (auto& [id, callback] : on_exit_.Take()) boost::asio::post(fakes_.context, std::move(callback));
  }

  const std::string& id() const override { return id_; }
  pid_t pid() const override { return 1; }
  FunctionKind kind() const override { return fakes_.kind; }
  StartKind start() const override { return StartKind::kZygote; }

  uint64_t Invoke(const Event& event, std::function<void(EventResult)> callback) override {
    boost::asio::post(fakes_.context, [self = shared_from_this(), event, callback = std::move(callback)] {
      if (auto result = self->fakes_.on_event(*self, event)) callback(*std::move(result));
    });
    return 1;
  }
  void Cancel(uint64_t) override { ++fakes_.cancelled; }

  uint64_t Fetch(const FetchCall& call, std::shared_ptr<FetchListener> listener) override {
    namespace http = boost::beast::http;
    FakeHttpRequest request(http::string_to_verb(std::string(call.method)), std::string(call.target), 11);
    for (const auto& [name, value] : call.headers) request.insert(name, value);
    request.body() = call.body;
    boost::asio::post(fakes_.context, [self = shared_from_this(), request = std::move(request), listener] {
      FakeHttpResponse response = self->fakes_.on_http(request);
      FetchHead head{.status = response.result_int(), .reason = std::string(response.reason())};
      for (const auto& field : response) head.headers.emplace_back(field.name_string(), field.value());
      head.body = std::move(response.body());
      listener->OnHead(std::move(head));
    });
    return 1;
  }
  void CancelFetch(uint64_t) override { ++fakes_.cancelled; }
  void CreditFetch(uint64_t, uint64_t) override {}

  absl::StatusOr<Connection> Connect() override {
    Connection ours(fakes_.context);
    Connection theirs(fakes_.context);
    boost::asio::local::connect_pair(ours, theirs);
    boost::asio::co_spawn(fakes_.context, Serve(shared_from_this(), std::move(theirs)), boost::asio::detached);
    return ours;
  }
  void Keep(Connection) override {}

  void BeginRequest(const std::string&, uint64_t) override {}
  std::string EndRequest(const std::string&, bool) override { return fakes_.log_tail; }
  std::chrono::nanoseconds CpuTime() const override { return {}; }
  std::chrono::nanoseconds TreeCpuTime() const override { return {}; }
  uint64_t PeakMemoryBytes() const override { return 41 << 20; }
  uint64_t ResidentBytes() const override { return 41 << 20; }

  void Freeze() override {}
  void Thaw() override {}
  void Interrupt(ExitCause cause) override { End(std::move(cause)); }
  void Kill(ExitCause cause) override { End(std::move(cause)); }
  const ExitCause& exit_cause() const override { return cause_; }
  uint64_t OnExit(std::function<void()> callback) override {
    if (cause_.kind == ExitCause::Kind::kRunning) return on_exit_.Add(std::move(callback));
    boost::asio::post(fakes_.context, std::move(callback));
    return 0;
  }
  void RemoveOnExit(uint64_t id) override { on_exit_.Remove(id); }

 private:
  static boost::asio::awaitable<void> Serve(std::shared_ptr<FakeInstance> self, Connection connection) {
    namespace http = boost::beast::http;
    constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    FakeHttpRequest request;
    const auto [error, size] = co_await http::async_read(connection, buffer, request, kToken);
    if (error) co_return;
    FakeHttpResponse response = self->fakes_.on_http(request);
    response.prepare_payload();
    co_await http::async_write(connection, response, kToken);
  }

  FakeInstances& fakes_;
  const std::string id_;
  ExitCause cause_;
  ExitCallbacks on_exit_;
};

inline std::shared_ptr<Instance> FakeInstances::Start(std::shared_ptr<const FunctionSpec>, std::string id,
                                                      std::function<void(absl::Status)> ready) {
  auto instance = std::make_shared<FakeInstance>(*this, std::move(id));
  if (init_failure) instance->End(*init_failure);
  const absl::Status status = init_failure ? absl::AbortedError("init failed") : absl::OkStatus();
  boost::asio::post(context, [ready = std::move(ready), status] { ready(status); });
  return instance;
}

}  // namespace hearth
