#pragma once

// One live instance as the invoker sees it: a process, the channel to it, its output. No V8 here.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/local/stream_protocol.hpp>

#include "absl/status/statusor.h"
#include "isolate_pool/pool/exit_callbacks.h"
#include "isolate_pool/pool/exit_cause.h"
#include "isolate_pool/pool/function_spec.h"

namespace hearth {

// Where an instance came from; with kWarm for one that was there already, the word used in reports, metrics and logs.
enum class StartKind { kWarm, kTemplate, kStem, kZygote };
std::string_view StartName(StartKind start);

// One line that a function wrote.
struct LogLine {
  std::string_view function;
  std::string_view instance;
  std::string_view request_id;  // empty outside of any request
  bool standard_error = false;
  std::string_view text;  // without its newline; any bytes
};
using LogSink = std::function<void(const LogLine&)>;

// One event for the event lane.
struct Event {
  std::string request_id;
  std::string payload;  // JSON
  std::chrono::system_clock::time_point deadline;
  std::string function_arn;
  std::string client_context;  // JSON or empty
};

// What came of it: `failure` is empty on success, else payload is.
struct EventResult {
  bool ok = false;
  std::string payload;
  Failure failure;
};

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// One request for the fetch lane, its body included.
struct FetchCall {
  std::string_view request_id;
  std::string_view method;
  std::string_view target;
  const HeaderFields& headers;
  std::string_view body;  // at most kFetchInlineBody
};

// The head of its response, with all of the body or, if `more`, none of it. Untrusted: nothing is checked yet.
struct FetchHead {
  uint32_t status = 0;
  std::string reason;
  HeaderFields headers;
  std::string body;
  bool more = false;
  bool logged = false;             // something was logged since the instance's last response
  std::optional<Failure> failure;  // the handler threw: there is no response
};

// Told of one response. On the core's thread, never from within Fetch.
class FetchListener {
 public:
  virtual ~FetchListener() = default;
  virtual void OnHead(FetchHead head) = 0;
  // `last`: nothing follows; with `broken`, the body is incomplete.
  virtual void OnPiece(std::string bytes, bool last, bool broken) = 0;
};

// Used on the core's thread only. Everything that it calls back is called later, never from within a call into it.
class Instance {
 public:
  using Connection = boost::asio::local::stream_protocol::socket;

  virtual ~Instance() = default;

  virtual const std::string& id() const = 0;  // "<function>-<number>"
  virtual pid_t pid() const = 0;
  // As detected by the instance; kDetect until it is initialised.
  virtual FunctionKind kind() const = 0;
  // How it was made; final once it is ready. Never kWarm.
  virtual StartKind start() const = 0;
  // From the request for it until its process was forked and in its sandbox; final once it is ready.
  virtual std::chrono::nanoseconds fork_time() const { return {}; }

  // Event lane. The callback is called once, unless the instance ends first or the event is cancelled.
  virtual uint64_t Invoke(const Event& event, std::function<void(EventResult)> callback) = 0;
  virtual void Cancel(uint64_t event) = 0;

  // Fetch lane, of functions of that kind. The listener is told until the response is complete, the instance ends (which it
  // is not told), or the call is cancelled. Returns the call's id.
  virtual uint64_t Fetch(const FetchCall& call, std::shared_ptr<FetchListener> listener) = 0;
  virtual void CancelFetch(uint64_t call) = 0;
  // So many bytes of the response's body, all in all, have been passed on: the instance keeps within kFetchWindow of it.
  virtual void CreditFetch(uint64_t call, uint64_t bytes) = 0;

  // HTTP lane: a connection to the function's server, new or kept from an earlier request.
  virtual absl::StatusOr<Connection> Connect() = 0;
  // Gives a connection back that is between two requests.
  virtual void Keep(Connection connection) = 0;

  // What is logged under this request id is attributed to it, up to `log_limit_bytes`; one marker line says that more
  // was dropped. Ids that were not begun are treated as no id.
  virtual void BeginRequest(const std::string& request_id, uint64_t log_limit_bytes) = 0;
  // Reads what has been written so far, forgets the id, and returns the last 4 KiB of its log. `logged`: false if it is
  // known that nothing was written; then nothing is read.
  virtual std::string EndRequest(const std::string& request_id, bool logged) = 0;

  // CPU time of the process so far, and its largest resident set. Zero once it has ended.
  virtual std::chrono::nanoseconds CpuTime() const = 0;
  // The same as of some moment in the last millisecond: cheap where it is asked for again and again.
  virtual std::chrono::nanoseconds RecentCpuTime() const { return CpuTime(); }
  // With that of the processes it has started; costs some reads of /proc.
  virtual std::chrono::nanoseconds TreeCpuTime() const = 0;
  virtual uint64_t PeakMemoryBytes() const = 0;
  // Resident set now; one read of /proc.
  virtual uint64_t ResidentBytes() const = 0;

  // Stops and continues the process and everything in its process group: a frozen instance does nothing at all.
  virtual void Freeze() = 0;
  virtual void Thaw() = 0;

  // As Kill, after a moment (kStackGrace) in which the JavaScript that is running may add its stack to the cause.
  virtual void Interrupt(ExitCause cause) = 0;
  // Kills the process and everything in its process group. `cause` becomes the exit cause, unless the instance has
  // ended by itself first. May be called at any time, also again.
  virtual void Kill(ExitCause cause) = 0;
  // kRunning until the process is gone and its last words are read.
  virtual const ExitCause& exit_cause() const = 0;
  // Calls back when exit_cause() is final; soon, if it is already. Returns what RemoveOnExit takes.
  virtual uint64_t OnExit(std::function<void()> callback) = 0;
  // The callback is not called any more, unless it is on its way already.
  virtual void RemoveOnExit(uint64_t id) = 0;
};

// Starts instances. `ready` is called once: with Ok when the function is initialised, else with an error after the
// instance has ended (its exit_cause() says why).
class InstanceFactory {
 public:
  virtual ~InstanceFactory() = default;
  virtual std::shared_ptr<Instance> Start(std::shared_ptr<const FunctionSpec> spec, std::string id,
                                          std::function<void(absl::Status)> ready) = 0;
  // Drops what is kept ahead of need for this function.
  virtual void Forget(const std::string& function) = 0;
};

}  // namespace hearth
