#pragma once

// Which addresses a function may connect to with egress = "public": those of the public Internet, and what the operator
// allows beside them.
//
// Not public is what IANA's special-purpose registries reserve (private, shared, link-local, loopback, documentation,
// benchmarking, multicast, reserved), all of IPv6 but its global unicast space, and what cloud platforms answer their own
// machines on. An IPv6 address that stands for an IPv4 address (mapped, compatible, NAT64, 6to4) is judged by that one.
//
//   AddressPolicy policy({*ParseIpRange("10.1.2.0/24")});
//   policy.Allows(*ParseIpAddress("10.1.2.3"))      // true
//   policy.Allows(*ParseIpAddress("169.254.169.254"))  // false

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::sandbox {

// An IPv4 address is kept as the IPv6 address that it is mapped to: ::ffff:a.b.c.d.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};

  bool operator==(const IpAddress&) const = default;
};

struct IpRange {
  IpAddress network;
  int prefix = 0;  // bits of the IPv6 form: 96 more than those of an IPv4 range

  bool Contains(const IpAddress& address) const;
  bool operator==(const IpRange&) const = default;
};

// "10.0.0.1", "fd00::1". Nothing else: no name, no port, no zone.
std::optional<IpAddress> ParseIpAddress(std::string_view text);
// "10.1.2.0/24", "fd00::/8", or an address, which is a range of one. The bits after the prefix must be 0.
std::optional<IpRange> ParseIpRange(std::string_view text);
// For people: "10.0.0.1".
std::string FormatIpAddress(const IpAddress& address);

struct IpEndpoint {
  IpAddress address;
  uint16_t port = 0;
};
// Of a sockaddr_in or sockaddr_in6, which came from a process that is not trusted: `size` bytes of it are there. Empty if it
// is of another family or too short.
std::optional<IpEndpoint> ToEndpoint(const sockaddr_storage& address, size_t size);

bool IsLoopback(const IpAddress& address);
bool IsPublic(const IpAddress& address);

class AddressPolicy {
 public:
  explicit AddressPolicy(std::vector<IpRange> allowed = {}) : allowed_(std::move(allowed)) {}

  bool Allows(const IpAddress& address) const;

 private:
  std::vector<IpRange> allowed_;
};

}  // namespace hearth::sandbox
