#include "isolate_pool/pool/instance_factory.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <utility>

#include <boost/asio/post.hpp>

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
  // Instances of a template share its /tmp, user and budgets, which strict rules out.
  if (spec->scaling.template_mode == TemplateMode::kOff || spec->sandbox.mode == sandbox::Mode::kStrict) {
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

void ProcessInstanceFactory::OnOutcome(const std::string& function, uint64_t version,
                                       const std::shared_ptr<ProcessInstance>& first,
                                       ProcessInstance::TemplateOutcome outcome, ScopedFd control) {
  const auto found = entries_.find(function);
  if (found == entries_.end() || found->second.version != version || found->second.state != State::kBuilding) {
    // The function was replaced meanwhile. Its last instance still is what was asked for.
    if (outcome.process.has_value()) {
      const TemplateProcess unwanted(context_, std::move(*outcome.process), std::move(control), [] {});
      first->StartFresh(stems_.Take(), launcher_);
    }
    return;
  }
  Entry& entry = found->second;
  const auto waiting = std::exchange(entry.waiting, {});
  if (!outcome.process.has_value()) {
    entry.state = outcome.refusal.empty() ? State::kNone : State::kRefused;
    entry.refusal = std::move(outcome.refusal);
    if (entry.state == State::kRefused) Tell(function, entry.state, entry.refusal);
    for (const auto& instance : waiting) instance->StartFresh(stems_.Take(), launcher_);
    return;
  }
  entry.process = std::make_unique<TemplateProcess>(
      context_, std::move(*outcome.process), std::move(control), [this, function, version] {
        const auto lost = entries_.find(function);
        if (lost == entries_.end() || lost->second.version != version) return;
        lost->second.state = State::kNone;
        boost::asio::post(context_, [gone = std::shared_ptr<TemplateProcess>(std::move(lost->second.process))] {});
        Tell(function, State::kNone, "the template's process ended");
      });
  entry.state = State::kReady;
  // It paid for the initialisation, so its start is not called one from a template.
  first->StartFrom(*entry.process, first->start());
  for (const auto& instance : waiting) instance->StartFrom(*entry.process, StartKind::kTemplate);
  Tell(function, State::kReady, "");
}

void ProcessInstanceFactory::Forget(const std::string& function) {
  const auto found = entries_.find(function);
  if (found == entries_.end()) return;
  Entry old = std::move(found->second);
  entries_.erase(found);
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
