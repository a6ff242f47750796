#include "isolate_pool/sandbox/address_policy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace hearth::sandbox {
namespace {

struct Row {
  const char* address;
  bool is_public;
};

class AddressTest : public ::testing::TestWithParam<Row> {};

TEST_P(AddressTest, IsJudged) {
  const auto address = ParseIpAddress(GetParam().address);
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(IsPublic(*address), GetParam().is_public);
  EXPECT_EQ(AddressPolicy().Allows(*address), GetParam().is_public);
}

// Each range's first and last address, and its neighbours.
INSTANTIATE_TEST_SUITE_P(
    V4, AddressTest,
    ::testing::Values(Row{"0.0.0.0", false}, Row{"0.255.255.255", false}, Row{"1.0.0.0", true},
                      Row{"9.255.255.255", true}, Row{"10.0.0.0", false}, Row{"10.255.255.255", false},
                      Row{"11.0.0.0", true}, Row{"100.63.255.255", true}, Row{"100.64.0.0", false},
                      Row{"100.100.100.200", false}, Row{"100.127.255.255", false}, Row{"100.128.0.0", true},
                      Row{"126.255.255.255", true}, Row{"127.0.0.1", false}, Row{"127.255.255.255", false},
                      Row{"128.0.0.0", true}, Row{"168.63.129.15", true}, Row{"168.63.129.16", false},
                      Row{"168.63.129.17", true}, Row{"169.253.255.255", true}, Row{"169.254.0.0", false},
                      Row{"169.254.169.254", false}, Row{"169.254.255.255", false}, Row{"169.255.0.0", true}));
INSTANTIATE_TEST_SUITE_P(
    V4Upper, AddressTest,
    ::testing::Values(Row{"172.15.255.255", true}, Row{"172.16.0.0", false}, Row{"172.31.255.255", false},
                      Row{"172.32.0.0", true}, Row{"192.0.0.0", false}, Row{"192.0.0.192", false},
                      Row{"192.0.1.0", true}, Row{"192.0.2.1", false}, Row{"192.0.3.0", true},
                      Row{"192.88.99.1", false}, Row{"192.167.255.255", true}, Row{"192.168.0.0", false},
                      Row{"192.168.255.255", false}, Row{"192.169.0.0", true}, Row{"198.17.255.255", true},
                      Row{"198.18.0.0", false}, Row{"198.19.255.255", false}, Row{"198.20.0.0", true},
                      Row{"198.51.100.1", false}, Row{"203.0.113.1", false}, Row{"203.0.114.0", true},
                      Row{"223.255.255.255", true}, Row{"224.0.0.0", false}, Row{"239.255.255.255", false},
                      Row{"240.0.0.0", false}, Row{"255.255.255.255", false}));
INSTANTIATE_TEST_SUITE_P(
    V6, AddressTest,
    ::testing::Values(Row{"::", false}, Row{"::1", false}, Row{"100::1", false}, Row{"1fff:ffff::", false},
                      Row{"2000::", true}, Row{"2001::1", false}, Row{"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
                      Row{"2001:1ff:ffff::", false}, Row{"2001:200::", true}, Row{"2001:db7:ffff::", true},
                      Row{"2001:db8::1", false}, Row{"2001:db9::", true}, Row{"2606:4700:4700::1111", true},
                      Row{"3ffe:ffff::", true}, Row{"3fff::1", false}, Row{"3fff:1000::", true}, Row{"4000::", false},
                      Row{"5f00::1", false}, Row{"64:ff9b:1::808:808", false}, Row{"fc00::1", false},
                      Row{"fd00:ec2::254", false}, Row{"fdff::1", false}, Row{"fe80::1", false}, Row{"fec0::1", false},
                      Row{"ff02::1", false}));
// By the IPv4 address that they stand for.
INSTANTIATE_TEST_SUITE_P(Embedded, AddressTest,
                         ::testing::Values(Row{"::ffff:127.0.0.1", false}, Row{"::ffff:169.254.169.254", false},
                                           Row{"::ffff:8.8.8.8", true}, Row{"::127.0.0.1", false},
                                           Row{"::10.0.0.1", false}, Row{"64:ff9b::a00:1", false},
                                           Row{"64:ff9b::a9fe:a9fe", false}, Row{"64:ff9b::808:808", true},
                                           Row{"2002:7f00:1::", false}, Row{"2002:a9fe:a9fe::1", false},
                                           Row{"2002:c0a8:101::1", false}, Row{"2002:808:808::1", true}));

TEST(AddressPolicyTest, WhatTheOperatorAllowsIsAllowedInEveryForm) {
  const AddressPolicy policy(
      {*ParseIpRange("10.1.2.0/24"), *ParseIpRange("fd00:1::/32"), *ParseIpRange("192.168.1.1")});
  for (const char* allowed :
       {"10.1.2.0", "10.1.2.255", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd00:1::1", "192.168.1.1", "8.8.8.8"}) {
    EXPECT_TRUE(policy.Allows(*ParseIpAddress(allowed))) << allowed;
  }
  for (const char* refused : {"10.1.1.255", "10.1.3.0", "fd00:2::1", "192.168.1.2", "127.0.0.1"}) {
    EXPECT_FALSE(policy.Allows(*ParseIpAddress(refused))) << refused;
  }
}

TEST(AddressPolicyTest, RangesAreParsedStrictly) {
  EXPECT_EQ(ParseIpRange("10.0.0.1")->prefix, 128);
  EXPECT_EQ(ParseIpRange("10.0.0.0/8")->prefix, 104);
  EXPECT_EQ(ParseIpRange("0.0.0.0/0")->prefix, 96);
  EXPECT_EQ(ParseIpRange("::/0")->prefix, 0);
  for (const char* wrong : {"", "10", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.1/8",
                            "fd00::/129", "fd00::1/64", "localhost", "10.0.0.0/8/8", "010.0.0.1", "fe80::1%eth0"}) {
    EXPECT_FALSE(ParseIpRange(wrong).has_value()) << wrong;
  }
}

TEST(AddressPolicyTest, AddressesAreWrittenAsPeopleDo) {
  for (const char* text : {"10.0.0.1", "fd00::1", "::1"}) EXPECT_EQ(FormatIpAddress(*ParseIpAddress(text)), text);
  EXPECT_EQ(FormatIpAddress(*ParseIpAddress("::ffff:10.0.0.1")), "10.0.0.1");
}

TEST(AddressPolicyTest, EndpointsAreReadFromWhatIsThere) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  v4->sin_family = AF_INET;
  v4->sin_port = htons(53);
  inet_pton(AF_INET, "10.0.0.1", &v4->sin_addr);
  const auto endpoint = ToEndpoint(storage, sizeof *v4);
  ASSERT_TRUE(endpoint.has_value());
  EXPECT_EQ(endpoint->port, 53);
  EXPECT_EQ(FormatIpAddress(endpoint->address), "10.0.0.1");
  EXPECT_FALSE(ToEndpoint(storage, sizeof *v4 - 1).has_value());
  storage.ss_family = AF_INET6;
  EXPECT_FALSE(ToEndpoint(storage, offsetof(sockaddr_in6, sin6_scope_id) - 1).has_value());
  EXPECT_TRUE(ToEndpoint(storage, sizeof(sockaddr_in6)).has_value());
  storage.ss_family = AF_UNIX;
  EXPECT_FALSE(ToEndpoint(storage, sizeof storage).has_value());
}

TEST(AddressPolicyTest, LoopbackIsKnown) {
  EXPECT_TRUE(IsLoopback(*ParseIpAddress("127.1.2.3")));
  EXPECT_TRUE(IsLoopback(*ParseIpAddress("::1")));
  EXPECT_TRUE(IsLoopback(*ParseIpAddress("::ffff:127.0.0.1")));
  EXPECT_FALSE(IsLoopback(*ParseIpAddress("::2")));
}

}  // namespace
}  // namespace hearth::sandbox
