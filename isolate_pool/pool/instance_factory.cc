#include "isolate_pool/pool/instance_factory.h"

#include <sys/socket.h>

#include <utility>

#include <boost/asio/post.hpp>

#include "base/strings.h"
#include "isolate_pool/pool/keeper.h"

namespace hearth {

using State = TemplateStatus::State;

std::string_view TemplateStateName(State state) {
  switch (state) {
    case State::kNone:
      return "none";
    case State::kBuilding:
      return "building";
    case State::kReady:
      return "ready";
    case State::kRefused:
      return "refused";
    case State::kOff:
      return "off";
  }
  return "none";
}

std::shared_ptr<Instance> ProcessInstanceFactory::Start(std::shared_ptr<const FunctionSpec> spec, std::string id,
                                                        std::function<void(absl::Status)> ready) {
  const auto instance = std::make_shared<ProcessInstance>(context_, spec, std::move(id), log_);
  instance->Begin(std::move(ready));
  instance->OnSandboxed(on_sandboxed_);
  instance->UseCgroups(cgroups_);
  if (spec->scaling.template_mode == TemplateMode::kOff) {
    instance->StartFresh(stems_.Take(), launcher_);
    return instance;
  }
  Entry& entry = entries_[spec->name];
  if (entry.version != spec->version) {
    Forget(spec->name);
    entries_[spec->name].version = spec->version;
    Build(entries_[spec->name], instance);
    return instance;
  }
  switch (entry.state) {
    case State::kReady:
      instance->StartFrom(*entry.process, StartKind::kTemplate);
      break;
    case State::kBuilding:
      entry.waiting.push_back(instance);
      break;
    case State::kNone:
      Build(entry, instance);
      break;
    default:
      instance->StartFresh(stems_.Take(), launcher_);
  }
  return instance;
}

void ProcessInstanceFactory::Build(Entry& entry, const std::shared_ptr<ProcessInstance>& instance) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    return instance->StartFresh(stems_.Take(), launcher_);
  }
  entry.state = State::kBuilding;
  // Shared, because a callback must be copyable.
  const auto ours = std::make_shared<ScopedFd>(pair[0]);
  // No stem: a template's process is forked for the purpose (ForkRequest.forkable).
  instance->StartFresh(std::nullopt, launcher_, ScopedFd(pair[1]),
                       [this, function = instance->function(), version = entry.version, instance,
                        ours](ProcessInstance::TemplateOutcome outcome) {
                         OnOutcome(function, version, instance, std::move(outcome), std::move(*ours));
                       });
}

ProcessInstanceFactory::Entry* ProcessInstanceFactory::Find(const std::string& function, uint64_t version) {
  const auto found = entries_.find(function);
  return found == entries_.end() || found->second.version != version ? nullptr : &found->second;
}

void ProcessInstanceFactory::OnOutcome(const std::string& function, uint64_t version,
                                       const std::shared_ptr<ProcessInstance>& first,
                                       ProcessInstance::TemplateOutcome outcome, ScopedFd control) {
  Entry* entry = Find(function, version);
  if (entry == nullptr || entry->state != State::kBuilding) {
    // The function was replaced meanwhile. Its last instance still is what was asked for.
    if (outcome.process.has_value()) {
      const TemplateProcess unwanted(context_, std::move(*outcome.process), std::move(control), [] {});
      first->StartFresh(stems_.Take(), launcher_);
    }
    return;
  }
  if (!outcome.process.has_value()) return Refuse(function, *entry, std::move(outcome.refusal));
  entry->first = first;
  entry->process = std::make_unique<TemplateProcess>(context_, std::move(*outcome.process), std::move(control),
                                                     [this, function, version] { OnLost(function, version); });
  const sandbox::Policy& policy = first->spec().sandbox;
  if (entry->process->keeper() == nullptr || policy.mode == sandbox::Mode::kOff) {
    return OnNamespaces(function, version, absl::UnavailableError("its process ids are not its own"));
  }
  entry->process->keeper()->Enter(
      outcome.users, policy.tmp_bytes, policy.readable,
      [this, function, version](absl::Status status) { OnNamespaces(function, version, std::move(status)); });
}

void ProcessInstanceFactory::OnNamespaces(const std::string& function, uint64_t version, absl::Status status) {
  Entry* entry = Find(function, version);
  if (entry == nullptr || entry->process == nullptr || entry->first == nullptr) return;
  if (status.ok()) {
    entry->process->UseNamespaces();
  } else if (entry->first->spec().sandbox.mode == sandbox::Mode::kStrict) {
    entry->process.reset();
    const auto first = std::exchange(entry->first, nullptr);
    entry->waiting.insert(entry->waiting.begin(), first);
    return Refuse(function, *entry,
                  StrCat("its forks have no namespaces of their own: ", std::string(status.message())));
  }
  entry->state = State::kReady;
  const auto first = std::exchange(entry->first, nullptr);
  // It paid for the initialisation, so its start is not called one from a template.
  first->StartFrom(*entry->process, first->start());
  for (const auto& instance : std::exchange(entry->waiting, {})) {
    instance->StartFrom(*entry->process, StartKind::kTemplate);
  }
  Tell(function, State::kReady, "");
}

void ProcessInstanceFactory::OnLost(const std::string& function, uint64_t version) {
  Entry* entry = Find(function, version);
  if (entry == nullptr) return;
  entry->state = State::kNone;
  boost::asio::post(context_, [gone = std::shared_ptr<TemplateProcess>(std::move(entry->process))] {});
  const auto first = std::exchange(entry->first, nullptr);
  if (first != nullptr) first->StartFresh(stems_.Take(), launcher_);
  for (const auto& instance : std::exchange(entry->waiting, {})) instance->StartFresh(stems_.Take(), launcher_);
  Tell(function, State::kNone, "the template's process ended");
}

void ProcessInstanceFactory::Refuse(const std::string& function, Entry& entry, std::string refusal) {
  entry.state = refusal.empty() ? State::kNone : State::kRefused;
  entry.refusal = std::move(refusal);
  if (entry.state == State::kRefused) Tell(function, entry.state, entry.refusal);
  for (const auto& instance : std::exchange(entry.waiting, {})) instance->StartFresh(stems_.Take(), launcher_);
}

void ProcessInstanceFactory::Forget(const std::string& function) {
  const auto found = entries_.find(function);
  if (found == entries_.end()) return;
  Entry old = std::move(found->second);
  entries_.erase(found);
  if (old.first != nullptr) old.first->StartFresh(stems_.Take(), launcher_);
  for (const auto& instance : old.waiting) instance->StartFresh(stems_.Take(), launcher_);
}

TemplateStatus ProcessInstanceFactory::Template(const std::string& function) const {
  const auto found = entries_.find(function);
  if (found == entries_.end()) return {};
  const Entry& entry = found->second;
  return {entry.state, entry.refusal, entry.process == nullptr ? -1 : entry.process->pid()};
}

void ProcessInstanceFactory::Stop() { entries_.clear(); }

void ProcessInstanceFactory::Tell(const std::string& function, State state, const std::string& detail) const {
  if (observer_) observer_(function, state, detail);
}

}  // namespace hearth
