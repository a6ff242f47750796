#pragma once

// "http://HOST[:PORT][/PATH][?QUERY]", or https.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace hearth::load {

struct Url {
  bool tls = false;
  std::string host;  // without the brackets of an IPv6 address
  uint16_t port = 80;
  std::string target = "/";  // path and query, as a request line carries it

  // As a Host header writes it: the port only where it is not the scheme's own.
  std::string Authority() const;
  std::string Text() const;
};

// InvalidArgument: the message quotes the text and says what is wrong. A fragment is dropped.
absl::StatusOr<Url> ParseUrl(std::string_view text);

}  // namespace hearth::load
