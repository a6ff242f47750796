#include "bench/load/sigv4.h"

#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <span>

#include "base/strings.h"

namespace hearth::load {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr size_t kDateSize = 8;

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string Sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string Hmac(std::string_view key, std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

// Blanks at the ends are cut off, those within are one each.
std::string CanonicalValue(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c != ' ' || (!text.empty() && text.back() != ' ')) text += c;
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// Parameters in order of their name, then of their value.
std::string CanonicalQuery(std::string_view query) {
  std::vector<std::string> parameters;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    std::string parameter(query.substr(0, end));
    if (parameter.find('=') == std::string::npos) parameter += '=';
    parameters.push_back(std::move(parameter));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  std::ranges::sort(parameters);
  return StrJoin(parameters, "&");
}

struct CanonicalHeaders {
  std::string text;
  std::string names;
  std::string timestamp;
};

CanonicalHeaders Canonical(std::vector<std::pair<std::string, std::string>> headers) {
  for (auto& [name, value] : headers) {
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
  std::ranges::stable_sort(headers, {}, [](const auto& header) { return header.first; });
  CanonicalHeaders canonical;
  for (size_t i = 0; i < headers.size(); ++i) {
    const auto& [name, value] = headers[i];
    if (name == "x-amz-date") canonical.timestamp = value;
    const bool again = i > 0 && headers[i - 1].first == name;
    if (again) {
      canonical.text.back() = ',';
    } else {
      StrAppend(&canonical.text, name, ":");
      StrAppend(&canonical.names, canonical.names.empty() ? "" : ";", name);
    }
    StrAppend(&canonical.text, CanonicalValue(value), "\n");
  }
  return canonical;
}

}  // namespace

std::string UriEncode(std::string_view text, bool keep_slash) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~' || (c == '/' && keep_slash)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

std::string AwsTimestamp(int64_t seconds_since_epoch) {
  const auto time = static_cast<std::time_t>(seconds_since_epoch);
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc)};
}

std::string SignV4(const SignedRequest& request, const AwsCredentials& credentials, std::string_view region,
                   std::string_view service) {
  const CanonicalHeaders headers = Canonical(request.headers);
  // Every service but S3 encodes the path once more.
  const std::string canonical_request =
      StrCat(request.method, "\n", UriEncode(request.path, true), "\n", CanonicalQuery(request.query), "\n",
             headers.text, "\n", headers.names, "\n", Hex(Sha256(request.body)));
  const std::string date = headers.timestamp.substr(0, kDateSize);
  const std::string scope = StrCat(date, "/", region, "/", service, "/aws4_request");
  const std::string to_sign =
      StrCat(kAlgorithm, "\n", headers.timestamp, "\n", scope, "\n", Hex(Sha256(canonical_request)));
  std::string key = Hmac(StrCat("AWS4", credentials.secret_access_key), date);
  for (const std::string_view part : {region, service, std::string_view("aws4_request")}) key = Hmac(key, part);
  return StrCat(kAlgorithm, " Credential=", credentials.access_key_id, "/", scope, ", SignedHeaders=", headers.names,
                ", Signature=", Hex(Hmac(key, to_sign)));
}

}  // namespace hearth::load
