#include "bench/load/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <utility>

#include "base/strings.h"

namespace hearth::load {
namespace {

std::string LastError() {
  char text[256] = "unknown error";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

bool IsAddress(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

}  // namespace

TlsSession::~TlsSession() { SSL_free(session_); }

TlsSession::Progress TlsSession::Handshake() {
  ERR_clear_error();
  const int result = SSL_connect(session_);
  if (result == 1) return Progress::kDone;
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
      return Progress::kWantsRead;
    case SSL_ERROR_WANT_WRITE:
      return Progress::kWantsWrite;
    default:
      break;
  }
  const long verified = SSL_get_verify_result(session_);
  error_ = verified == X509_V_OK ? StrCat("TLS: ", LastError())
                                 : StrCat("TLS: the certificate: ", X509_verify_cert_error_string(verified));
  return Progress::kFailed;
}

ssize_t TlsSession::Result(int result) {
  if (result > 0) return result;
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SYSCALL:
      if (errno == 0) errno = ECONNRESET;
      return -1;
    default:
      error_ = StrCat("TLS: ", LastError());
      errno = EPROTO;
      return -1;
  }
}

ssize_t TlsSession::Read(char* data, size_t size) {
  ERR_clear_error();
  errno = 0;
  return Result(SSL_read(session_, data, static_cast<int>(size)));
}

ssize_t TlsSession::Write(std::string_view bytes) {
  ERR_clear_error();
  errno = 0;
  return Result(SSL_write(session_, bytes.data(), static_cast<int>(bytes.size())));
}

absl::StatusOr<std::unique_ptr<TlsClient>> TlsClient::Make(const std::string& host, bool insecure) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return absl::InternalError(StrCat("TLS: ", LastError()));
  std::unique_ptr<TlsClient> client(new TlsClient(context, host));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // What is not sent at once is sent from a copy, and the rest of a write is a write of its own.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (insecure) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  } else {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_set_default_verify_paths(context) != 1) return absl::InternalError(StrCat("TLS: ", LastError()));
  }
  return client;
}

TlsClient::~TlsClient() { SSL_CTX_free(context_); }

std::unique_ptr<TlsSession> TlsClient::Connect(int fd) {
  SSL* const session = SSL_new(context_);
  SSL_set_fd(session, fd);
  if (IsAddress(host_)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host_.c_str());
  } else {
    SSL_set_tlsext_host_name(session, host_.c_str());
    SSL_set1_host(session, host_.c_str());
  }
  return std::unique_ptr<TlsSession>(new TlsSession(session));
}

}  // namespace hearth::load
