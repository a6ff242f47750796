#pragma once

// Plain HTTP: the same request again and again, one per function, to any server. If the server is hearth, its answers say
// where the instance came from (x-hearth-start), how long each phase took (x-hearth-report, asked for with a header of the
// same name), and how an invocation ended that got no answer of the function's own.

#include <string>
#include <utility>
#include <vector>

#include "bench/load/http_target.h"

namespace hearth::load {

// The bytes of an HTTP/1.1 request. Host and Content-Length are added, unless `headers` has them; names and values must
// not hold line ends.
std::string HttpRequestText(std::string_view method, std::string_view authority, std::string_view target,
                            const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body);

// What an HTTP status means where nothing better is known: below 400 it is ok.
Outcome OutcomeOfStatus(int status);
// What a word of hearth.v1.Outcome, in lower case, means.
Outcome OutcomeOfHearth(std::string_view word);
// Fills the phases in from the value of x-hearth-report: "start=template;queue=0.012;fork=0.9;init=1.1;run=0.4", in
// milliseconds. What it does not know it skips.
void ReadHearthReport(std::string_view report, Sample& sample);

class PlainHttp final : public HttpDialect {
 public:
  // `requests` has one for each function. `messages` is not owned.
  PlainHttp(std::vector<std::string> requests, bool head_request, MessageTable& messages)
      : requests_(std::move(requests)), head_request_(head_request), messages_(messages) {}

  std::string_view RequestFor(uint32_t function) override { return requests_[function]; }
  bool head_request() const override { return head_request_; }
  bool OnHead(const HttpHead& head, Sample& sample) override;
  void OnEnd(std::string_view body, Sample& sample) override;

 private:
  const std::vector<std::string> requests_;
  const bool head_request_;
  MessageTable& messages_;
};

}  // namespace hearth::load
