#pragma once

// Makes the target of a run from the arguments: which server or function, what is sent to it, how a cold start of it is
// forced, and what of it can be watched.

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/clock.h"
#include "bench/load/hearth.h"
#include "bench/load/result.h"
#include "bench/load/target.h"
#include "cli/bench_options.h"

namespace hearth {

struct BenchTarget {
  load::TargetInfo info;
  // What `target` and `make_cold` use; destroyed after them.
  std::vector<std::shared_ptr<void>> parts;
  std::unique_ptr<load::Target> target;
  // Makes sure that the next requests find no instance. Empty where nobody knows how.
  std::function<absl::Status()> make_cold;
  std::shared_ptr<load::Hearth> hearth;  // null if it is none
  pid_t process = 0;                     // 0 if it is not on this machine
};

// InvalidArgument for a contradiction in the arguments, Unavailable where nobody answers, NotFound for a function that is
// not there. `clock` and `messages` must outlive the target.
absl::StatusOr<BenchTarget> MakeBenchTarget(const BenchArguments& arguments, const BenchPlan& plan, load::Clock& clock,
                                            load::MessageTable& messages);

}  // namespace hearth
