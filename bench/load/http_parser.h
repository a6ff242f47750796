#pragma once

// Reads HTTP/1.1 responses, piece by piece as they arrive. Pulled:
//
//   HttpParser parser;
//   parser.Begin(/*head_request=*/false);
//   std::string_view input = …;
//   while (true) switch (parser.Next(&input)) {
//     case HttpParser::Event::kHead: …   // parser.head()
//     case HttpParser::Event::kBody: …   // parser.piece()
//     case HttpParser::Event::kDone: …   // the rest of `input` belongs to nobody
//     case HttpParser::Event::kMore: …   // all of `input` was taken
//     case HttpParser::Event::kFailed: … // parser.error()
//   }
//
// Interim responses (1xx) are skipped. Bodies end by Content-Length, chunked coding, or the end of the connection
// (AtEnd). Whatever the peer sends is bounded: a head by kMaxHeadBytes, and nothing of a body is kept. Nothing is allocated
// while a head arrives in one piece. Views are valid until the next call.

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::load {

// Of a response's head, what a load generator wants to know. Empty where there is no such header.
struct HttpHead {
  int status = 0;
  bool keep_alive = true;
  std::string_view hearth_start;       // x-hearth-start
  std::string_view hearth_report;      // x-hearth-report
  std::string_view hearth_request_id;  // x-hearth-request-id
  std::string_view lambda_error;       // x-amz-function-error
  std::string_view lambda_log;         // x-amz-log-result
  std::string_view lambda_error_type;  // x-amzn-errortype
};

class HttpParser {
 public:
  static constexpr size_t kMaxHeadBytes = 64 << 10;

  enum class Event { kMore, kHead, kBody, kDone, kFailed };

  // A new response follows; that to a HEAD request has no body, whatever it says.
  void Begin(bool head_request);
  Event Next(std::string_view* input);
  // The connection ended. kDone if that is how the body ends, else kFailed.
  Event AtEnd();

  const HttpHead& head() const { return head_; }
  std::string_view piece() const { return piece_; }
  const char* error() const { return error_; }

 private:
  enum class State { kHead, kLength, kChunkSize, kChunk, kChunkEnd, kTrailer, kUntilEnd, kDone, kFailed };

  Event ReadHead(std::string_view* input);
  bool ParseHead(std::string_view text);
  bool ParseField(std::string_view name, std::string_view value);
  bool ChooseBody();
  // Up to the end of a line; true once `line_` has one, without its end.
  bool ReadLine(std::string_view* input);
  Event ReadBytes(std::string_view* input, State next);
  Event ReadChunkSize(std::string_view* input);
  Event Fail(const char* error);

  State state_ = State::kDone;
  bool head_request_ = false;
  bool chunked_ = false;
  bool has_length_ = false;
  uint64_t left_ = 0;  // bytes of the body, or of the chunk
  HttpHead head_;
  std::string_view piece_;
  std::string kept_;  // the part of a head that has arrived
  std::string line_;
  const char* error_ = "";
};

}  // namespace hearth::load
