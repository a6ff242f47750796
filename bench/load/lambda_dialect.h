#pragma once

// AWS Lambda's Invoke API over HTTP, as AWS, hearth, LocalStack and the Runtime Interface Emulator speak it. The tail of the
// log is asked for; its REPORT line says how long the function ran, and after a cold start how long it initialised.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/http_target.h"
#include "bench/load/sigv4.h"
#include "bench/load/url.h"

namespace hearth::load {

// A REPORT line of a log, if there is one: sets kRun, kInit and start. "Init Duration" is there after a cold start only;
// a line without it is the platform's word for warm.
void ReadReportLine(std::string_view log, Sample& sample);

// Empty if the text is not Base64.
std::string DecodeBase64(std::string_view text);

// The bytes of requests to an AWS API, signed if there are credentials.
class LambdaApi {
 public:
  LambdaApi(Url endpoint, std::string region, std::optional<AwsCredentials> credentials)
      : endpoint_(std::move(endpoint)), region_(std::move(region)), credentials_(std::move(credentials)) {}

  std::string Invoke(std::string_view function, std::string_view event) const;
  std::string GetConfiguration(std::string_view function) const;
  std::string UpdateConfiguration(std::string_view function, std::string_view body) const;

  const Url& endpoint() const { return endpoint_; }
  bool is_signed() const { return credentials_.has_value(); }

 private:
  std::string Text(std::string_view method, const std::string& path,
                   std::vector<std::pair<std::string, std::string>> headers, std::string_view body) const;

  const Url endpoint_;
  const std::string region_;
  const std::optional<AwsCredentials> credentials_;
};

class LambdaDialect final : public HttpDialect {
 public:
  LambdaDialect(LambdaApi api, std::vector<std::string> functions, std::string event, MessageTable& messages)
      : api_(std::move(api)),
        functions_(std::move(functions)),
        event_(std::move(event)),
        messages_(messages),
        requests_(functions_.size()) {}

  std::string_view RequestFor(uint32_t function) override;
  bool OnHead(const HttpHead& head, Sample& sample) override;
  void OnEnd(std::string_view body, Sample& sample) override;

 private:
  // AWS takes a signature for five minutes; one of a minute ago serves as well as a new one.
  static constexpr int64_t kSignatureSeconds = 60;

  struct Prepared {
    std::string text;
    int64_t at = 0;
  };

  const LambdaApi api_;
  const std::vector<std::string> functions_;
  const std::string event_;
  MessageTable& messages_;
  std::vector<Prepared> requests_;
};

}  // namespace hearth::load
