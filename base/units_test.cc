#include "base/units.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

using namespace std::chrono_literals;

TEST(UnitsTest, ParsesDurations) {
  EXPECT_EQ(*ParseDuration("250ms"), 250ms);
  EXPECT_EQ(*ParseDuration("3s"), 3s);
  EXPECT_EQ(*ParseDuration("1m"), 1min);
  EXPECT_EQ(*ParseDuration("2h"), 2h);
  EXPECT_EQ(*ParseDuration("0s"), 0s);
  EXPECT_EQ(*ParseDuration("3 s"), 3s);
}

TEST(UnitsTest, ParsesSizesInPowersOf1024) {
  EXPECT_EQ(*ParseSize("1B"), 1u);
  EXPECT_EQ(*ParseSize("512KB"), 512u << 10);
  EXPECT_EQ(*ParseSize("128MB"), 128u << 20);
  EXPECT_EQ(*ParseSize("1GB"), 1u << 30);
  EXPECT_EQ(*ParseSize("1MiB"), *ParseSize("1MB"));
  EXPECT_EQ(*ParseSize("1KiB"), *ParseSize("1KB"));
  EXPECT_EQ(*ParseSize("1GiB"), *ParseSize("1GB"));
  EXPECT_EQ(*ParseSize("128 MB"), 128u << 20);
}

TEST(UnitsTest, ANumberAloneIsRefusedWithTheTextToWrite) {
  EXPECT_EQ(ParseDuration("3").status().message(), R"("3" has no unit: write "3s")");
  EXPECT_EQ(ParseDuration("0").status().message(), R"("0" has no unit: write "0s")");
  EXPECT_EQ(ParseSize("128").status().message(), R"("128" has no unit: write "128MB")");
}

TEST(UnitsTest, AnythingElseIsRefused) {
  for (std::string_view text : {"", "s", "-3s", "+3s", "1.5s", "3sec", "3S", "3s ", " 3s", "1m30s", "0x3s", "3\ts"}) {
    const absl::Status status = ParseDuration(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(status.message().find("write a whole number and one of ms, s, m or h"), std::string::npos) << status;
  }
  for (std::string_view text : {"", "MB", "-1MB", "1.5GB", "1mb", "1M", "1Mb", "1TB", "1MBs"}) {
    const absl::Status status = ParseSize(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(status.message().find("write a whole number and one of B, KB, MB or GB"), std::string::npos) << status;
  }
}

TEST(UnitsTest, BothEndsOfARangeAreAllowed) {
  EXPECT_TRUE(ParseDuration("1ms", {1ms, 24h}).ok());
  EXPECT_TRUE(ParseDuration("24h", {1ms, 24h}).ok());
  EXPECT_EQ(ParseDuration("0ms", {1ms, 24h}).status().message(), R"("0ms" is out of range: 1ms to 24h)");
  EXPECT_EQ(ParseDuration("25h", {1ms, 24h}).status().message(), R"("25h" is out of range: 1ms to 24h)");
  EXPECT_TRUE(ParseSize("96MB", {96u << 20, 10ull << 30}).ok());
  EXPECT_TRUE(ParseSize("10GB", {96u << 20, 10ull << 30}).ok());
  EXPECT_EQ(ParseSize("95MB", {96u << 20, 10ull << 30}).status().message(), R"("95MB" is out of range: 96MB to 10GB)");
}

TEST(UnitsTest, NumbersTooLargeForTheMachineAreOutOfRange) {
  const DurationRange day = {1ms, 24h};
  for (std::string_view text : {"99999999999999999999999s", "18446744073709551615h", "9223372036854775807ms"}) {
    EXPECT_NE(ParseDuration(text, day).status().message().find("is out of range: 1ms to 24h"), std::string::npos);
  }
  EXPECT_FALSE(ParseDuration("18446744073709551615ms").ok());
  EXPECT_FALSE(ParseSize("18446744073709551615KB").ok());
  EXPECT_FALSE(ParseSize("99999999999999999999999B").ok());
}

TEST(UnitsTest, FormatsInTheLargestExactUnit) {
  EXPECT_EQ(FormatDuration(0ms), "0s");
  EXPECT_EQ(FormatDuration(250ms), "250ms");
  EXPECT_EQ(FormatDuration(1500ms), "1500ms");
  EXPECT_EQ(FormatDuration(90s), "90s");
  EXPECT_EQ(FormatDuration(60s), "1m");
  EXPECT_EQ(FormatDuration(24h), "24h");
  EXPECT_EQ(FormatDuration(-90s), "-90s");
  EXPECT_EQ(FormatSize(0), "0B");
  EXPECT_EQ(FormatSize(1000), "1000B");
  EXPECT_EQ(FormatSize(1536u << 10), "1536KB");
  EXPECT_EQ(FormatSize(128u << 20), "128MB");
  EXPECT_EQ(FormatSize(10ull << 30), "10GB");
}

TEST(UnitsTest, WhatIsFormattedParsesToTheSame) {
  for (int64_t count : {0ll, 1ll, 999ll, 1000ll, 60000ll, 61000ll, 3600000ll, 86400000ll, 1234567ll}) {
    EXPECT_EQ(*ParseDuration(FormatDuration(std::chrono::milliseconds(count))), std::chrono::milliseconds(count));
  }
  for (uint64_t bytes : {0ull, 1ull, 1023ull, 1024ull, 1ull << 20, 3ull << 29, 1234567ull, ~0ull}) {
    EXPECT_EQ(*ParseSize(FormatSize(bytes)), bytes);
  }
}

}  // namespace
}  // namespace hearth
