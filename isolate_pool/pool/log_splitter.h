#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace hearth {

// Cuts what an instance writes to one stream into lines, and tells which request each belongs to.
//
// The runtime marks a change of request in the stream itself with NUL 'H' <request id> NUL (runtime/logs.js), so order is
// kept and nothing has to be matched up afterwards. The bytes are untrusted: a marker that is too long or not closed is
// ordinary output, and a line is cut at kMaxLineBytes.
class LogSplitter {
 public:
  static constexpr size_t kMaxLineBytes = 64 << 10;
  static constexpr size_t kMaxRequestIdBytes = 64;

  // `text` has no newline. Both views are valid during the call only.
  using OnLine = std::function<void(std::string_view request_id, std::string_view text)>;

  explicit LogSplitter(OnLine on_line) : on_line_(std::move(on_line)) {}

  void Append(std::string_view bytes);
  // The stream ended: what is left is a line.
  void Finish();

 private:
  void Text(std::string_view text);
  void EndLine();

  const OnLine on_line_;
  std::string request_id_;  // of the text that follows
  std::string line_;        // the unfinished line
  std::string line_id_;     // request of the unfinished line's first byte
  std::string marker_;      // an unfinished marker, with its NUL
};

}  // namespace hearth
