// Against the published examples of AWS: its test suite for Signature Version 4, and the documentation's ListUsers.

#include "bench/load/sigv4.h"

#include "gtest/gtest.h"

namespace hearth::load {
namespace {

const AwsCredentials kExample{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};

std::string SignatureOf(std::string_view method, std::string_view path, std::string_view query,
                        std::vector<std::pair<std::string, std::string>> headers = {}, std::string_view body = "") {
  headers.insert(headers.begin(), {"Host", "example.amazonaws.com"});
  headers.emplace_back("X-Amz-Date", "20150830T123600Z");
  const std::string value = SignV4({method, path, query, headers, body}, kExample, "us-east-1", "service");
  return value.substr(value.find("Signature=") + 10);
}

TEST(SigV4Test, GetVanilla) {
  EXPECT_EQ(SignV4({"GET", "/", "", {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}}, ""},
                   kExample, "us-east-1", "service"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(SigV4Test, PostVanilla) {
  EXPECT_EQ(SignatureOf("POST", "/", ""), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST(SigV4Test, QueriesAreSorted) {
  EXPECT_EQ(SignatureOf("GET", "/", "Param2=value2&Param1=value1"),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
}

TEST(SigV4Test, TheDocumentationsListUsers) {
  const std::string value = SignV4({"GET",
                                    "/",
                                    "Action=ListUsers&Version=2010-05-08",
                                    {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                                     {"Host", "iam.amazonaws.com"},
                                     {"X-Amz-Date", "20150830T123600Z"}},
                                    ""},
                                   kExample, "us-east-1", "iam");
  EXPECT_NE(value.find("SignedHeaders=content-type;host;x-amz-date, "
                       "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
            std::string::npos)
      << value;
}

TEST(SigV4Test, BodyAndTokenAreSigned) {
  const std::string plain = SignatureOf("POST", "/", "", {}, "");
  EXPECT_NE(SignatureOf("POST", "/", "", {}, "x"), plain);
  EXPECT_NE(SignatureOf("POST", "/", "", {{"X-Amz-Security-Token", "t"}}, ""), plain);
}

TEST(SigV4Test, Timestamp) { EXPECT_EQ(AwsTimestamp(1440938160), "20150830T123600Z"); }

TEST(SigV4Test, UriEncode) {
  EXPECT_EQ(UriEncode("a b/c:ä~", true), "a%20b/c%3A%C3%A4~");
  EXPECT_EQ(UriEncode("a/b", false), "a%2Fb");
}

}  // namespace
}  // namespace hearth::load
