#include "isolate_pool/pool/instance_log.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/strings.h"
#include "base/units.h"

namespace hearth {
namespace {

constexpr size_t kPipeReadBytes = 16 << 10;
// What a pipe holds, and once more.
constexpr int kPipeReads = (64 << 10) / kPipeReadBytes + 1;

}  // namespace

InstanceLog::InstanceLog(boost::asio::io_context& context, std::string function, std::string instance, uint64_t limit,
                         LogSink sink)
    : function_(std::move(function)),
      instance_(std::move(instance)),
      limit_(limit),
      sink_(std::move(sink)),
      standard_output_(context, [this](auto id, auto text) { OnLine(false, id, text); }),
      standard_error_(context, [this](auto id, auto text) { OnLine(true, id, text); }),
      unattributed_{limit, false, {}} {}

void InstanceLog::Open(ScopedFd standard_output, ScopedFd standard_error) {
  standard_output_.pipe.assign(standard_output.Release());
  standard_error_.pipe.assign(standard_error.Release());
}

void InstanceLog::Read(const std::shared_ptr<void>& owner) {
  ReadOutput(standard_output_, owner);
  ReadOutput(standard_error_, owner);
}

void InstanceLog::ReadOutput(Output& output, const std::shared_ptr<void>& owner) {
  output.pipe.async_wait(output.pipe.wait_read, [this, owner, &output](boost::system::error_code error) {
    // One read, so that a function that floods its log cannot keep the core busy.
    if (!error && DrainOutput(output, 1)) ReadOutput(output, owner);
  });
}

bool InstanceLog::DrainOutput(Output& output, int reads) {
  static char buffer[kPipeReadBytes];
  for (int turn = 0; turn < reads && output.pipe.is_open(); ++turn) {
    const ssize_t size = read(output.pipe.native_handle(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return true;
    if (size <= 0) return false;
    output.splitter.Append({buffer, static_cast<size_t>(size)});
    if (static_cast<size_t>(size) < sizeof buffer) return true;
  }
  return output.pipe.is_open();
}

void InstanceLog::Finish() {
  for (Output* output : {&standard_output_, &standard_error_}) {
    DrainOutput(*output, kPipeReads);
    output->splitter.Finish();
  }
}

void InstanceLog::Close() {
  boost::system::error_code ignored;
  standard_output_.pipe.close(ignored);
  standard_error_.pipe.close(ignored);
}

void InstanceLog::OnLine(bool standard_error, std::string_view request_id, std::string_view text) {
  const auto known = requests_.find(request_id);
  const bool attributed = known != requests_.end();
  RequestLog& request = attributed ? known->second : unattributed_;
  if (request.truncated) return;
  std::string marker;
  if (text.size() + 1 > request.left) {
    request.truncated = true;
    marker =
        StrCat("[hearth: limits.log = ", FormatSize(limit_), " reached; the rest of this invocation's log is dropped]");
    text = marker;
  } else {
    request.left -= text.size() + 1;
  }
  if (attributed) {
    request.tail.append(text).push_back('\n');
    if (request.tail.size() > 2 * kTailBytes) request.tail.erase(0, request.tail.size() - kTailBytes);
  }
  if (sink_) sink_({function_, instance_, attributed ? request_id : "", standard_error, text});
}

void InstanceLog::BeginRequest(const std::string& request_id, uint64_t limit) {
  requests_[request_id] = {limit, false, {}};
  unattributed_ = {limit_, false, {}};
}

std::string InstanceLog::EndRequest(const std::string& request_id, bool logged) {
  if (logged) {
    DrainOutput(standard_output_, kPipeReads);
    DrainOutput(standard_error_, kPipeReads);
  }
  const auto found = requests_.find(request_id);
  if (found == requests_.end()) return "";
  std::string tail = std::move(found->second.tail);
  requests_.erase(found);
  if (tail.size() > kTailBytes) tail.erase(0, tail.size() - kTailBytes);
  return tail;
}

}  // namespace hearth
