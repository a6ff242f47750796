#include "bench/load/url.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace hearth::load {
namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

}  // namespace

std::string Url::Authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : StrCat("[", host, "]");
  return port == (tls ? kHttpsPort : kHttpPort) ? name : StrCat(name, ":", port);
}

std::string Url::Text() const { return StrCat(tls ? "https://" : "http://", Authority(), target); }

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  const auto invalid = [&](std::string_view what) {
    return absl::InvalidArgumentError(StrCat("\"", text, "\" is not a URL: ", what));
  };
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return invalid("it must start with http:// or https://");
  }
  url.port = url.tls ? kHttpsPort : kHttpPort;
  rest = rest.substr(0, rest.find('#'));
  const size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  if (authority.find('@') != std::string_view::npos) return invalid("a user name is not supported");
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return invalid("a \"]\" is missing");
    url.host = authority.substr(1, bracket - 1);
    port = authority.substr(bracket + 1);
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (url.host.empty()) return invalid("it has no host");
  if (!port.empty()) {
    const char* const last = port.data() + port.size();
    if (port.front() != ':') return invalid("what follows the host");
    const auto [stop, error] = std::from_chars(port.data() + 1, last, url.port);
    if (error != std::errc() || stop != last || url.port == 0) return invalid("the port");
  }
  if (!rest.empty()) url.target = rest.front() == '?' ? StrCat("/", rest) : std::string(rest);
  const bool blank = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) == 0x7f; });
  if (blank) return invalid("it holds a blank or a control character");
  return url;
}

}  // namespace hearth::load
