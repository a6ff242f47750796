#pragma once

// What an instance writes to its standard streams: lines, each attributed to the request that it belongs to and counted
// against that request's limits.log.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "isolate_pool/channel/scoped_fd.h"
#include "isolate_pool/pool/instance.h"
#include "isolate_pool/pool/log_splitter.h"

namespace hearth {

// Core's thread only. The bytes are untrusted.
class InstanceLog {
 public:
  static constexpr size_t kTailBytes = 4096;

  // `function` and `instance` are in each line; `limit` is limits.log, for what belongs to no request.
  InstanceLog(boost::asio::io_context& context, std::string function, std::string instance, uint64_t limit,
              LogSink sink);
  InstanceLog(const InstanceLog&) = delete;
  InstanceLog& operator=(const InstanceLog&) = delete;

  // Our ends of the two pipes, which must not block.
  void Open(ScopedFd standard_output, ScopedFd standard_error);
  // Reads until both pipes end or are closed. `owner` keeps this object alive meanwhile.
  void Read(const std::shared_ptr<void>& owner);
  // Reads what is left, and ends unfinished lines.
  void Finish();
  void Close();

  // As Instance::BeginRequest and EndRequest.
  void BeginRequest(const std::string& request_id, uint64_t limit);
  std::string EndRequest(const std::string& request_id, bool logged);
  // Whether there is a request that has begun and not ended.
  bool has_requests() const { return !requests_.empty(); }

 private:
  struct RequestLog {
    uint64_t left = 0;  // bytes until lines are dropped
    bool truncated = false;
    std::string tail;
  };
  struct Output {
    Output(boost::asio::io_context& context, LogSplitter::OnLine on_line)
        : pipe(context), splitter(std::move(on_line)) {}
    boost::asio::posix::stream_descriptor pipe;
    LogSplitter splitter;
  };

  void ReadOutput(Output& output, const std::shared_ptr<void>& owner);
  // True while the pipe may give more later.
  bool DrainOutput(Output& output, int reads);
  void OnLine(bool standard_error, std::string_view request_id, std::string_view text);

  const std::string function_;
  const std::string instance_;
  const uint64_t limit_;
  const LogSink sink_;
  Output standard_output_;
  Output standard_error_;
  std::map<std::string, RequestLog, std::less<>> requests_;
  RequestLog unattributed_;
};

}  // namespace hearth
