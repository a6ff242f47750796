#pragma once

// AWS Signature Version 4: the Authorization header of a request, from the caller's keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::load {

struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // of temporary credentials, else empty
};

struct SignedRequest {
  std::string_view method;
  std::string_view path;   // as sent, encoded once
  std::string_view query;  // as sent, without "?"
  // All that is to be signed: host and x-amz-date (as "20150830T123600Z") must be among them.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;
};

// The value of the Authorization header.
std::string SignV4(const SignedRequest& request, const AwsCredentials& credentials, std::string_view region,
                   std::string_view service);

// "20150830T123600Z".
std::string AwsTimestamp(int64_t seconds_since_epoch);

// Everything but unreserved characters as %XX; '/' is kept if `keep_slash`.
std::string UriEncode(std::string_view text, bool keep_slash);

}  // namespace hearth::load
