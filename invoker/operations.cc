#include "invoker/operations.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "invoker/grpc_message.h"
#include "isolate_pool/pool/pool.h"
#include "isolate_pool/pool/process_statistics.h"

namespace hearth {
namespace {

namespace asio = boost::asio;

v1::Instance::State StateOf(InstanceState state) {
  switch (state) {
    case InstanceState::kStarting:
      return v1::Instance::STATE_STARTING;
    case InstanceState::kReady:
      return v1::Instance::STATE_READY;
    case InstanceState::kFrozen:
      return v1::Instance::STATE_FROZEN;
    case InstanceState::kBusy:
      return v1::Instance::STATE_BUSY;
    case InstanceState::kDraining:
      return v1::Instance::STATE_DRAINING;
  }
  return v1::Instance::STATE_UNSPECIFIED;
}

v1::Template::State StateOf(TemplateStatus::State state) {
  switch (state) {
    case TemplateStatus::State::kNone:
      return v1::Template::STATE_NONE;
    case TemplateStatus::State::kBuilding:
      return v1::Template::STATE_BUILDING;
    case TemplateStatus::State::kReady:
      return v1::Template::STATE_READY;
    case TemplateStatus::State::kRefused:
      return v1::Template::STATE_REFUSED;
    case TemplateStatus::State::kOff:
      return v1::Template::STATE_OFF;
  }
  return v1::Template::STATE_UNSPECIFIED;
}

// Protobuf has no type for process ids; 0 is none.
int32_t PidOf(pid_t pid) { return pid > 0 ? pid : 0; }

void Describe(const TemplateStatus& status, v1::Template& out) {
  out.set_state(StateOf(status.state));
  out.set_refusal(status.refusal);
  out.set_pid(PidOf(status.pid));
}

void Describe(const InstanceInfo& info, v1::Instance& out) {
  out.set_function(info.function);
  out.set_version(info.version);
  out.set_id(info.instance->id());
  out.set_pid(PidOf(info.instance->pid()));
  out.set_state(StateOf(info.state));
  out.set_start(std::string(StartName(info.start)));
  out.set_in_flight(info.in_flight);
  out.set_served(info.served);
  SetDuration(out.mutable_age(), info.age);
  if (info.state == InstanceState::kReady || info.state == InstanceState::kFrozen) {
    SetDuration(out.mutable_idle(), info.idle);
  }
  out.set_resident_bytes(info.instance->ResidentBytes());
  SetDuration(out.mutable_cpu(), info.instance->CpuTime());
}

}  // namespace

TemplateStatus Operations::TemplateOf(const std::string& function) const {
  const std::shared_ptr<const FunctionSpec> spec = invoker_.pool().Find(function);
  if (spec != nullptr && spec->scaling.template_mode == TemplateMode::kOff) {
    return {TemplateStatus::State::kOff, {}, -1};
  }
  return source_.template_status ? source_.template_status(function) : TemplateStatus();
}

grpc::Status Operations::CheckFunction(const std::string& name) const {
  if (invoker_.pool().Find(name) != nullptr) return grpc::Status::OK;
  return {grpc::StatusCode::NOT_FOUND, invoker_.UnknownFunction(name)};
}

asio::awaitable<grpc::Status> Operations::Stats(const v1::StatsRequest&, v1::StatsResponse& response) const {
  const Pool& pool = invoker_.pool();
  const EngineStats engine = source_.engine ? source_.engine() : EngineStats();
  response.set_hearth_version(source_.version);
  // Node itself says "v26.10.0".
  response.set_node_version(engine.node_version.substr(engine.node_version.starts_with('v') ? 1 : 0));
  response.set_v8_version(engine.v8_version);
  SetDuration(response.mutable_uptime(), std::chrono::steady_clock::now() - start_);
  response.mutable_zygote()->set_pid(PidOf(engine.zygote_pid));
  response.mutable_zygote()->set_starts(engine.zygote_starts);
  response.mutable_zygote()->set_forks(engine.zygote_forks);
  response.mutable_stems()->set_ready(static_cast<uint32_t>(engine.stems_ready));
  response.mutable_stems()->set_target(static_cast<uint32_t>(engine.stems_target));
  response.set_memory_pressure_evictions(engine.memory_pressure_evictions);
  for (const auto& spec : pool.Functions()) {
    v1::FunctionStats& function = *response.add_functions();
    function.set_name(spec->name);
    function.set_kind(std::string(KindName(spec->kind)));
    function.set_version(spec->version);
    const InstanceCounts counts = pool.Counts(spec->name);
    function.mutable_instances()->set_starting(counts.starting);
    function.mutable_instances()->set_ready(counts.ready);
    function.mutable_instances()->set_busy(counts.busy);
    function.mutable_instances()->set_draining(counts.draining);
    function.set_queue_length(pool.QueueLength(spec->name));
    Describe(TemplateOf(spec->name), *function.mutable_template_());
  }
  co_return grpc::Status::OK;
}

asio::awaitable<grpc::Status> Operations::ListInstances(const v1::ListInstancesRequest& request,
                                                        v1::ListInstancesResponse& response) const {
  const std::string& name = request.function();
  if (!name.empty()) {
    if (grpc::Status status = CheckFunction(name); !status.ok()) co_return status;
  }
  const Pool& pool = invoker_.pool();
  const std::vector<InstanceInfo> instances = pool.Instances();
  int left = kReadsPerTurn;
  for (const InstanceInfo& info : instances) {
    if (!name.empty() && info.function != name) continue;
    if (--left == 0) {
      co_await asio::post(invoker_.context(), asio::use_awaitable);
      left = kReadsPerTurn;
    }
    // Those that ended meanwhile are listed with a memory of 0.
    Describe(info, *response.add_instances());
  }
  for (const auto& spec : pool.Functions()) {
    if (!name.empty() && spec->name != name) continue;
    const TemplateStatus status = TemplateOf(spec->name);
    if (status.pid <= 0) continue;
    v1::Template& out = *response.add_templates();
    Describe(status, out);
    out.set_function(spec->name);
    out.set_resident_bytes(ReadResidentMemory(status.pid));
    SetDuration(out.mutable_cpu(), ReadCpuClock(ProcessCpuClock(status.pid)));
  }
  co_return grpc::Status::OK;
}

asio::awaitable<grpc::Status> Operations::Evict(const v1::EvictRequest& request, v1::EvictResponse& response) {
  const std::string& name = request.function();
  if (name.empty() != request.all()) {
    co_return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                           name.empty() ? "name the function to evict, or set `all`"
                                        : "either a function or `all` can be evicted, not both");
  }
  if (!name.empty()) {
    if (grpc::Status status = CheckFunction(name); !status.ok()) co_return status;
  }
  Pool& pool = invoker_.pool();
  uint32_t busy = 0;
  uint32_t templates = 0;
  for (const auto& spec : pool.Functions()) {
    if (!name.empty() && spec->name != name) continue;
    busy += pool.Counts(spec->name).busy;
    if (request.templates() && TemplateOf(spec->name).pid > 0) ++templates;
  }
  response.set_instances(static_cast<uint32_t>(pool.Evict(name, request.templates())));
  response.set_busy(busy);
  response.set_templates(templates);
  co_return grpc::Status::OK;
}

}  // namespace hearth
