#include "bench/load/http_parser.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace hearth::load {
namespace {

constexpr size_t kMaxLineBytes = 4096;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// True if one of the words of a list in commas is `word`.
bool Lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (EqualsIgnoreCase(Trimmed(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

template <typename Number>
bool ParseWhole(std::string_view text, Number* number, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void HttpParser::Begin(bool head_request) {
  state_ = State::kHead;
  head_request_ = head_request;
  kept_.clear();
}

HttpParser::Event HttpParser::Fail(const char* error) {
  state_ = State::kFailed;
  error_ = error;
  return Event::kFailed;
}

HttpParser::Event HttpParser::Next(std::string_view* input) {
  switch (state_) {
    case State::kHead:
      return ReadHead(input);
    case State::kLength:
      return ReadBytes(input, State::kDone);
    case State::kChunkSize:
      return ReadChunkSize(input);
    case State::kChunk:
      return ReadBytes(input, State::kChunkEnd);
    case State::kChunkEnd:
      if (!ReadLine(input)) return state_ == State::kFailed ? Event::kFailed : Event::kMore;
      if (!line_.empty()) return Fail("malformed HTTP: a chunk is longer than it says");
      line_.clear();
      state_ = State::kChunkSize;
      return Next(input);
    case State::kTrailer:
      while (ReadLine(input)) {
        if (line_.empty()) {
          state_ = State::kDone;
          return Event::kDone;
        }
        line_.clear();
      }
      return state_ == State::kFailed ? Event::kFailed : Event::kMore;
    case State::kUntilEnd:
      if (input->empty()) return Event::kMore;
      piece_ = *input;
      *input = {};
      return Event::kBody;
    case State::kDone:
      return Event::kDone;
    case State::kFailed:
      return Event::kFailed;
  }
  return Event::kFailed;
}

HttpParser::Event HttpParser::AtEnd() {
  if (state_ == State::kUntilEnd) {
    state_ = State::kDone;
    return Event::kDone;
  }
  if (state_ == State::kDone) return Event::kDone;
  return Fail(state_ == State::kHead && kept_.empty() ? "the connection was closed before an answer came"
                                                      : "the connection was closed in the middle of an answer");
}

HttpParser::Event HttpParser::ReadHead(std::string_view* input) {
  while (true) {
    std::string_view text;
    if (kept_.empty()) {
      const size_t end = input->find(kHeadEnd);
      if (end == std::string_view::npos) {
        if (input->size() > kMaxHeadBytes) return Fail("malformed HTTP: the head of the response has no end");
        kept_.assign(*input);
        *input = {};
        return Event::kMore;
      }
      text = input->substr(0, end + 2);
      input->remove_prefix(end + kHeadEnd.size());
    } else {
      const size_t searched = kept_.size() < kHeadEnd.size() ? 0 : kept_.size() - kHeadEnd.size() + 1;
      const size_t before = kept_.size();
      if (before + input->size() > 2 * kMaxHeadBytes)
        return Fail("malformed HTTP: the head of the response has no end");
      kept_.append(*input);
      const size_t end = kept_.find(kHeadEnd, searched);
      if (end == std::string::npos) {
        *input = {};
        return kept_.size() > kMaxHeadBytes ? Fail("malformed HTTP: the head of the response has no end")
                                            : Event::kMore;
      }
      input->remove_prefix(end + kHeadEnd.size() - before);
      text = std::string_view(kept_).substr(0, end + 2);
    }
    if (!ParseHead(text)) return Fail(error_);
    if (head_.status >= 200) break;
    if (head_.status == 101) return Fail("the server switched protocols");
    kept_.clear();
  }
  return ChooseBody() ? Event::kHead : Event::kFailed;
}

bool HttpParser::ParseHead(std::string_view text) {
  error_ = "malformed HTTP: the status line";
  head_ = HttpHead();
  chunked_ = has_length_ = false;
  const size_t line_end = text.find("\r\n");
  const std::string_view line = text.substr(0, line_end);
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || line[8] != ' ') return false;
  if (line.size() > 12 && line[12] != ' ') return false;
  if (!ParseWhole(line.substr(9, 3), &head_.status) || head_.status < 100) return false;
  head_.keep_alive = line[7] != '0';
  error_ = "malformed HTTP: a header";
  text.remove_prefix(line_end + 2);
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    const std::string_view field = text.substr(0, end);
    const size_t colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    if (!ParseField(field.substr(0, colon), field.substr(colon + 1))) return false;
    text.remove_prefix(end + 2);
  }
  return true;
}

bool HttpParser::ParseField(std::string_view name, std::string_view value) {
  const auto is = [&](std::string_view other) { return EqualsIgnoreCase(name, other); };
  switch (name.size()) {
    case 10:
      if (is("connection")) {
        if (Lists(value, "close")) head_.keep_alive = false;
        if (Lists(value, "keep-alive")) head_.keep_alive = true;
      }
      break;
    case 14:
      if (is("content-length")) {
        uint64_t length = 0;
        error_ = "malformed HTTP: Content-Length";
        if (!ParseWhole(Trimmed(value), &length) || (has_length_ && length != left_)) return false;
        left_ = length;
        has_length_ = true;
      } else if (is("x-hearth-start")) {
        head_.hearth_start = Trimmed(value);
      }
      break;
    case 15:
      if (is("x-hearth-report")) head_.hearth_report = Trimmed(value);
      break;
    case 16:
      if (is("x-amz-log-result")) head_.lambda_log = Trimmed(value);
      if (is("x-amzn-errortype")) head_.lambda_error_type = Trimmed(value);
      break;
    case 17:
      if (is("transfer-encoding")) {
        error_ = "malformed HTTP: a transfer coding that was not asked for";
        if (!EqualsIgnoreCase(Trimmed(value), "chunked")) return false;
        chunked_ = true;
      }
      break;
    case 19:
      if (is("x-hearth-request-id")) head_.hearth_request_id = Trimmed(value);
      break;
    case 20:
      if (is("x-amz-function-error")) head_.lambda_error = Trimmed(value);
      break;
    default:
      break;
  }
  return true;
}

bool HttpParser::ChooseBody() {
  line_.clear();
  if (head_request_ || head_.status == 204 || head_.status == 304) {
    state_ = State::kDone;
  } else if (chunked_) {
    if (has_length_) return Fail("malformed HTTP: both Content-Length and chunked"), false;
    state_ = State::kChunkSize;
  } else if (has_length_) {
    state_ = left_ == 0 ? State::kDone : State::kLength;
  } else {
    head_.keep_alive = false;
    state_ = State::kUntilEnd;
  }
  return true;
}

HttpParser::Event HttpParser::ReadBytes(std::string_view* input, State next) {
  if (left_ == 0) {
    state_ = next;
    return Next(input);
  }
  if (input->empty()) return Event::kMore;
  const size_t size = static_cast<size_t>(std::min<uint64_t>(left_, input->size()));
  piece_ = input->substr(0, size);
  input->remove_prefix(size);
  left_ -= size;
  return Event::kBody;
}

HttpParser::Event HttpParser::ReadChunkSize(std::string_view* input) {
  if (!ReadLine(input)) return state_ == State::kFailed ? Event::kFailed : Event::kMore;
  // Extensions follow a semicolon.
  const std::string_view digits = Trimmed(std::string_view(line_).substr(0, line_.find(';')));
  if (digits.empty() || digits.size() > 15 || !ParseWhole(digits, &left_, 16)) {
    return Fail("malformed HTTP: the size of a chunk");
  }
  line_.clear();
  state_ = left_ == 0 ? State::kTrailer : State::kChunk;
  return Next(input);
}

bool HttpParser::ReadLine(std::string_view* input) {
  const size_t end = input->find('\n');
  const bool whole = end != std::string_view::npos;
  const std::string_view part = input->substr(0, whole ? end : input->size());
  if (line_.size() + part.size() > kMaxLineBytes) {
    Fail("malformed HTTP: a line of a chunked body has no end");
    return false;
  }
  line_.append(part);
  input->remove_prefix(whole ? end + 1 : input->size());
  if (whole && !line_.empty() && line_.back() == '\r') line_.pop_back();
  return whole;
}

}  // namespace hearth::load
