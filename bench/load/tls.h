#pragma once

// TLS for a client with non-blocking sockets, by OpenSSL.
//
// A TlsClient holds what all connections to one server share: the trust anchors of the system ($SSL_CERT_FILE and
// $SSL_CERT_DIR count), the name that the certificate must have. A TlsSession belongs to one socket, which it does not own.

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct ssl_st;
struct ssl_ctx_st;

namespace hearth::load {

class TlsSession {
 public:
  enum class Progress { kDone, kWantsRead, kWantsWrite, kFailed };

  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Progress Handshake();
  // As recv and send on a non-blocking socket: bytes, 0 at the end of the stream, -1 with errno (EAGAIN; EPROTO where TLS
  // is at fault, see error()).
  ssize_t Read(char* data, size_t size);
  ssize_t Write(std::string_view bytes);
  const std::string& error() const { return error_; }

 private:
  friend class TlsClient;
  explicit TlsSession(ssl_st* session) : session_(session) {}
  ssize_t Result(int result);

  ssl_st* const session_;
  std::string error_;
};

class TlsClient {
 public:
  // `insecure` takes any certificate.
  static absl::StatusOr<std::unique_ptr<TlsClient>> Make(const std::string& host, bool insecure);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  std::unique_ptr<TlsSession> Connect(int fd);

 private:
  TlsClient(ssl_ctx_st* context, std::string host) : context_(context), host_(std::move(host)) {}

  ssl_ctx_st* const context_;
  const std::string host_;
};

}  // namespace hearth::load
