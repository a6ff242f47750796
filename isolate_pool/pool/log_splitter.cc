#include "isolate_pool/pool/log_splitter.h"

#include <algorithm>
#include <utility>

namespace hearth {

void LogSplitter::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    if (marker_.empty()) {
      const size_t nul = bytes.find('\0');
      Text(bytes.substr(0, nul));
      if (nul == std::string_view::npos) return;
      marker_ = '\0';
      bytes.remove_prefix(nul + 1);
      continue;
    }
    if (marker_.size() == 1) {
      if (bytes.front() != 'H') {
        marker_.clear();
        Text(std::string_view("\0", 1));
        continue;
      }
      marker_ += 'H';
      bytes.remove_prefix(1);
      continue;
    }
    const size_t end = bytes.find('\0');
    const size_t size = std::min(end, bytes.size());
    if (marker_.size() - 2 + size > kMaxRequestIdBytes) {
      const std::string text = std::exchange(marker_, {});
      Text(text);
      continue;
    }
    marker_.append(bytes.substr(0, size));
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(size + 1);
    request_id_ = marker_.substr(2);
    marker_.clear();
  }
}

void LogSplitter::Text(std::string_view text) {
  while (!text.empty()) {
    // A line belongs to the request that began it, unless it is still empty.
    if (line_.empty()) line_id_ = request_id_;
    const size_t newline = text.find('\n');
    const size_t wanted = std::min(newline, text.size());
    const size_t room = kMaxLineBytes - line_.size();
    line_.append(text.substr(0, std::min(wanted, room)));
    if (wanted > room) {
      text.remove_prefix(room);
      EndLine();
      continue;
    }
    if (newline == std::string_view::npos) return;
    text.remove_prefix(wanted + 1);
    EndLine();
  }
}

void LogSplitter::EndLine() {
  on_line_(line_id_, line_);
  line_.clear();
  line_id_ = request_id_;
}

void LogSplitter::Finish() {
  Text(std::exchange(marker_, {}));
  if (!line_.empty()) EndLine();
}

}  // namespace hearth
