#include "bench/report/report.h"

#include <string_view>

#include "base/utf8.h"
#include "bench/report/page.h"

namespace hearth::bench {
namespace {

constexpr std::string_view kPlace = "{{RESULT}}";

struct Escape {
  std::string_view text;
  std::string_view escaped;
};
// All of them can stand in JSON's strings only, where the escaped form means the same.
constexpr Escape kEscapes[] = {
    {"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}, {"\xe2\x80\xa8", "\\u2028"}, {"\xe2\x80\xa9", "\\u2029"}};

}  // namespace

std::string JsonForHtml(const boost::json::value& value) {
  const std::string json = ValidUtf8(boost::json::serialize(value));
  std::string out;
  out.reserve(json.size() + json.size() / 8);
  for (std::string_view rest = json; !rest.empty();) {
    const Escape* found = nullptr;
    for (const Escape& escape : kEscapes) {
      if (rest.starts_with(escape.text)) found = &escape;
    }
    out.append(found != nullptr ? found->escaped : rest.substr(0, 1));
    rest.remove_prefix(found != nullptr ? found->text.size() : 1);
  }
  return out;
}

std::string RenderReport(const boost::json::value& result) {
  const std::string json = JsonForHtml(result);
  const size_t place = kReportPage.find(kPlace);
  std::string page;
  page.reserve(kReportPage.size() + json.size());
  page.append(kReportPage.substr(0, place));
  page.append(json);
  page.append(kReportPage.substr(place + kPlace.size()));
  return page;
}

}  // namespace hearth::bench
