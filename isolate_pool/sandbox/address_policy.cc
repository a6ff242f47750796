#include "isolate_pool/sandbox/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace hearth::sandbox {
namespace {

constexpr size_t kBytes = 16;
constexpr int kBits = 128;
constexpr size_t kV4Offset = 12;
constexpr int kV4PrefixBits = 96;
constexpr std::array<uint8_t, kV4Offset> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// IPv4: IANA's special-purpose registry and multicast, and 240.0.0.0/4. The ranges of AS112 are public.
constexpr const char* kSpecialV4[] = {
    "0.0.0.0/8",        // this network
    "10.0.0.0/8",       // private
    "100.64.0.0/10",    // shared (carrier-grade NAT); clouds have metadata in it
    "127.0.0.0/8",      // loopback
    "168.63.129.16",    // Azure's host, which answers virtual machines only
    "169.254.0.0/16",   // link-local; metadata of most clouds
    "172.16.0.0/12",    // private
    "192.0.0.0/24",     // protocol assignments
    "192.0.2.0/24",     // documentation
    "192.88.99.0/24",   // former 6to4 relays
    "192.168.0.0/16",   // private
    "198.18.0.0/15",    // benchmarking
    "198.51.100.0/24",  // documentation
    "203.0.113.0/24",   // documentation
    "224.0.0.0/4",      // multicast
    "240.0.0.0/4",      // reserved, and the broadcast address
};
// IPv6: all but global unicast, and what of that is special.
constexpr const char* kGlobalUnicastV6 = "2000::/3";
constexpr const char* kSpecialV6[] = {
    "2001::/23",      // protocol assignments; Teredo among them
    "2001:db8::/32",  // documentation
    "3fff::/20",      // documentation
};

// An IPv4 address in an IPv6 address, at this byte of it.
struct Embedding {
  const char* range;
  size_t offset;
};
constexpr Embedding kEmbeddings[] = {
    {"::ffff:0:0/96", kV4Offset},  // mapped
    {"64:ff9b::/96", kV4Offset},   // NAT64
    {"2002::/16", 2},              // 6to4
    {"::/96", kV4Offset},          // compatible, deprecated
};

template <size_t N>
std::vector<IpRange> Ranges(const char* const (&texts)[N]) {
  std::vector<IpRange> ranges;
  for (const char* text : texts) ranges.push_back(*ParseIpRange(text));
  return ranges;
}

bool InAny(const std::vector<IpRange>& ranges, const IpAddress& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const IpRange& range) { return range.Contains(address); });
}

IpAddress FromV4(const uint8_t* bytes) {
  IpAddress address;
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  std::copy_n(bytes, kBytes - kV4Offset, address.bytes.begin() + kV4Offset);
  return address;
}

// Itself, or the IPv4 address that it stands for.
IpAddress Canonical(const IpAddress& address) {
  static const std::vector<std::pair<IpRange, size_t>> kKnown = [] {
    std::vector<std::pair<IpRange, size_t>> known;
    for (const Embedding& embedding : kEmbeddings) known.emplace_back(*ParseIpRange(embedding.range), embedding.offset);
    return known;
  }();
  for (const auto& [range, offset] : kKnown) {
    if (range.Contains(address)) return FromV4(address.bytes.data() + offset);
  }
  return address;
}

}  // namespace

bool IpRange::Contains(const IpAddress& address) const {
  const size_t whole = static_cast<size_t>(prefix) / 8;
  if (std::memcmp(network.bytes.data(), address.bytes.data(), whole) != 0) return false;
  const int rest = prefix % 8;
  if (rest == 0) return true;
  const int mask = 0xff << (8 - rest);
  return ((network.bytes[whole] ^ address.bytes[whole]) & mask) == 0;
}

std::optional<IpAddress> ParseIpAddress(std::string_view text) {
  const std::string terminated(text);
  std::array<uint8_t, kBytes> bytes{};
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) return FromV4(bytes.data());
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return IpAddress{bytes};
  return std::nullopt;
}

std::optional<IpRange> ParseIpRange(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const std::optional<IpAddress> network = ParseIpAddress(host);
  if (!network.has_value()) return std::nullopt;
  IpRange range{*network, kBits};
  if (slash == std::string_view::npos) return range;
  const bool v4 = host.find(':') == std::string_view::npos;
  const int most = v4 ? kBits - kV4PrefixBits : kBits;
  const std::string_view digits = text.substr(slash + 1);
  int bits = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits < 0 || bits > most) return std::nullopt;
  range.prefix = v4 ? bits + kV4PrefixBits : bits;
  for (int bit = range.prefix; bit < kBits; ++bit) {
    if ((network->bytes[static_cast<size_t>(bit) / 8] & (0x80 >> (bit % 8))) != 0) return std::nullopt;
  }
  return range;
}

std::string FormatIpAddress(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
  const uint8_t* bytes = address.bytes.data() + (v4 ? kV4Offset : 0);
  return inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text, sizeof text) == nullptr ? "" : text;
}

std::optional<IpEndpoint> ToEndpoint(const sockaddr_storage& address, size_t size) {
  if (size >= sizeof(sockaddr_in) && address.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &address, sizeof v4);
    uint8_t bytes[sizeof v4.sin_addr];
    std::memcpy(bytes, &v4.sin_addr, sizeof bytes);
    return IpEndpoint{FromV4(bytes), ntohs(v4.sin_port)};
  }
  // The kernel takes an address without the scope, too.
  if (size >= offsetof(sockaddr_in6, sin6_scope_id) && address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, std::min(size, sizeof v6));
    IpEndpoint endpoint{{}, ntohs(v6.sin6_port)};
    std::memcpy(endpoint.address.bytes.data(), &v6.sin6_addr, kBytes);
    return endpoint;
  }
  return std::nullopt;
}

bool IsLoopback(const IpAddress& address) {
  static const IpRange kV4 = *ParseIpRange("127.0.0.0/8");
  static const IpRange kV6 = *ParseIpRange("::1");
  return kV4.Contains(address) || kV6.Contains(address);
}

bool IsPublic(const IpAddress& address) {
  static const std::vector<IpRange> kV4 = Ranges(kSpecialV4);
  static const std::vector<IpRange> kV6 = Ranges(kSpecialV6);
  static const IpRange kMappedRange = *ParseIpRange("::ffff:0:0/96");
  static const IpRange kUnicast = *ParseIpRange(kGlobalUnicastV6);
  const IpAddress judged = Canonical(address);
  if (kMappedRange.Contains(judged)) return !InAny(kV4, judged);
  return kUnicast.Contains(judged) && !InAny(kV6, judged);
}

bool AddressPolicy::Allows(const IpAddress& address) const {
  return IsPublic(address) || InAny(allowed_, Canonical(address)) || InAny(allowed_, address);
}

}  // namespace hearth::sandbox
