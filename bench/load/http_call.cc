#include "bench/load/http_call.h"

#include "base/strings.h"

namespace hearth::load {
namespace {

class Call final : public HttpDialect {
 public:
  Call(const std::string& request, bool head_request) : request_(request), head_request_(head_request) {}

  std::string_view RequestFor(uint32_t) override { return request_; }
  bool head_request() const override { return head_request_; }
  bool OnHead(const HttpHead& head, Sample&) override {
    answer.status = head.status;
    answer.of_hearth = !head.hearth_request_id.empty();
    return true;
  }
  void OnEnd(std::string_view body, Sample&) override { answer.body = std::string(body); }

  HttpAnswer answer;

 private:
  const std::string& request_;
  const bool head_request_;
};

}  // namespace

absl::StatusOr<HttpAnswer> HttpCall(const Url& url, bool insecure, const std::string& request, bool head_request) {
  const auto address = FindServer(url);
  if (!address.ok()) return address.status();
  std::unique_ptr<TlsClient> tls;
  if (url.tls) {
    auto made = TlsClient::Make(url.host, insecure);
    if (!made.ok()) return made.status();
    tls = *std::move(made);
  }
  SteadyClock clock;
  MessageTable messages;
  Call call(request, head_request);
  HttpTarget target(*address, std::move(tls), call, clock, messages, {});
  const Nanos now = clock.Now();
  target.Send({.intended = now, .sent = now});
  std::vector<Sample> done;
  while (done.empty()) target.Poll(clock.Now() + kSecond, done);
  if (done.front().outcome != Outcome::kOk) {
    return absl::UnavailableError(StrCat(url.Authority(), ": ", messages[done.front().message]));
  }
  return call.answer;
}

}  // namespace hearth::load
