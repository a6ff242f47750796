#include "cli/bench_target.h"

#include <utility>

#include "base/strings.h"
#include "bench/load/http_dialect.h"
#include "bench/load/http_target.h"
#include "bench/load/url.h"
#include "invoker/http_syntax.h"

namespace hearth {
namespace {

constexpr std::string_view kReportHeader = "x-hearth-report";

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> RequestHeaders(const BenchArguments& arguments) {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const std::string& text : arguments.headers) {
    auto header = ParseHeader(text);
    if (!header.ok()) return header.status();
    headers.push_back(*std::move(header));
  }
  return headers;
}

absl::StatusOr<std::unique_ptr<load::Target>> MakeHttpTarget(const load::Url& url, load::HttpDialect& dialect,
                                                             const BenchArguments& arguments, const BenchPlan& plan,
                                                             load::Clock& clock, load::MessageTable& messages) {
  const auto address = load::FindServer(url);
  if (!address.ok()) return address.status();
  std::unique_ptr<load::TlsClient> tls;
  if (url.tls) {
    auto made = load::TlsClient::Make(url.host, arguments.insecure);
    if (!made.ok()) return made.status();
    tls = *std::move(made);
  }
  return std::make_unique<load::HttpTarget>(
      *address, std::move(tls), dialect, clock, messages,
      load::HttpTarget::Options{.connections = plan.connections, .timeout = plan.timeout});
}

absl::StatusOr<BenchTarget> MakePlainHttp(const BenchArguments& arguments, const BenchPlan& plan, load::Clock& clock,
                                          load::MessageTable& messages) {
  const auto url = load::ParseUrl(arguments.target);
  if (!url.ok()) return url.status();
  auto headers = RequestHeaders(arguments);
  if (!headers.ok()) return headers.status();
  const auto body = ReadBenchBody(arguments);
  if (!body.ok()) return body.status();
  const std::string method = arguments.method.value_or(body->empty() ? "GET" : "POST");
  if (!IsHttpToken(method)) {
    return absl::InvalidArgumentError(StrCat("--method: \"", method, "\" is no method of HTTP"));
  }
  if (arguments.phases) headers->emplace_back(kReportHeader, "1");

  BenchTarget made;
  made.info = {.kind = "http", .url = url->Text(), .functions = {}, .server = {}};
  std::vector<std::string> requests;
  requests.push_back(load::HttpRequestText(method, url->Authority(), url->target, *headers, *body));
  const auto dialect = std::make_shared<load::PlainHttp>(std::move(requests), method == "HEAD", messages);
  auto target = MakeHttpTarget(*url, *dialect, arguments, plan, clock, messages);
  if (!target.ok()) return target.status();
  made.target = *std::move(target);
  made.parts.push_back(dialect);
  return made;
}

}  // namespace

absl::StatusOr<BenchTarget> MakeBenchTarget(const BenchArguments& arguments, const BenchPlan& plan, load::Clock& clock,
                                            load::MessageTable& messages) {
  return MakePlainHttp(arguments, plan, clock, messages);
}

}  // namespace hearth
