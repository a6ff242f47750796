#pragma once

// Chooses how each instance is made: forked from its function's template, from a stem, or from the zygote.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "isolate_pool/pool/instance.h"
#include "isolate_pool/pool/launcher.h"
#include "isolate_pool/pool/process_instance.h"
#include "isolate_pool/pool/stems.h"
#include "isolate_pool/pool/template_process.h"

namespace hearth {

// What is known of a function's template.
struct TemplateStatus {
  enum class State {
    kNone,      // no instance was started yet, or the template is gone
    kBuilding,  // an instance initialises the function, and may become it
    kReady,
    kRefused,  // it is not safe to fork the initialised function
    kOff,      // scaling.template = "off"
  };
  State state = State::kNone;
  std::string refusal;  // for kRefused: why
  pid_t pid = -1;       // for kReady
};
std::string_view TemplateStateName(TemplateStatus::State state);

// Core's thread only.
//
// A function is initialised for its template by its first instance's own start, so that its code runs no more often than
// without: when that process turns out to be safe to fork, it becomes the template and the instance is forked from it;
// else it goes on as the instance. Starts of the same function wait meanwhile.
class ProcessInstanceFactory final : public InstanceFactory {
 public:
  using TemplateObserver =
      std::function<void(const std::string& function, TemplateStatus::State state, const std::string& detail)>;

  // None is owned. `log` receives every line of every instance.
  ProcessInstanceFactory(boost::asio::io_context& context, Launcher& launcher, Stems& stems, LogSink log)
      : context_(context), launcher_(launcher), stems_(stems), log_(std::move(log)) {}

  std::shared_ptr<Instance> Start(std::shared_ptr<const FunctionSpec> spec, std::string id,
                                  std::function<void(absl::Status)> ready) override;
  void Forget(const std::string& function) override;

  // Told of each process that has entered its sandbox.
  void OnSandboxed(ProcessInstance::SandboxObserver observer) { on_sandboxed_ = std::move(observer); }
  // Control groups for the instances; not owned.
  void UseCgroups(sandbox::Cgroups* cgroups) { cgroups_ = cgroups; }
  // Told when a template becomes ready (detail: empty), is refused (the reason) or is lost (kNone).
  void OnTemplate(TemplateObserver observer) { observer_ = std::move(observer); }
  TemplateStatus Template(const std::string& function) const;
  // Ends all templates. Instances live on.
  void Stop();

 private:
  struct Entry {
    uint64_t version = 0;
    TemplateStatus::State state = TemplateStatus::State::kNone;
    std::string refusal;
    std::unique_ptr<TemplateProcess> process;
    // Start when it is known what becomes of the template; `first` has initialised it.
    std::shared_ptr<ProcessInstance> first;
    std::vector<std::shared_ptr<ProcessInstance>> waiting;
  };

  void Build(Entry& entry, const std::shared_ptr<ProcessInstance>& instance);
  void OnOutcome(const std::string& function, uint64_t version, const std::shared_ptr<ProcessInstance>& first,
                 ProcessInstance::TemplateOutcome outcome, ScopedFd control);
  // The template can fork; `status`: whether its forks have namespaces of their own.
  void OnNamespaces(const std::string& function, uint64_t version, absl::Status status);
  void OnLost(const std::string& function, uint64_t version);
  // No template: everyone who waits initialises the function.
  void Refuse(const std::string& function, Entry& entry, std::string refusal);
  Entry* Find(const std::string& function, uint64_t version);
  void Tell(const std::string& function, TemplateStatus::State state, const std::string& detail) const;

  boost::asio::io_context& context_;
  Launcher& launcher_;
  Stems& stems_;
  const LogSink log_;
  TemplateObserver observer_;
  ProcessInstance::SandboxObserver on_sandboxed_;
  sandbox::Cgroups* cgroups_ = nullptr;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace hearth
