#pragma once

// Finds the functions in files and folders, for `hearth dev PATH…`. Nothing is run: what can only be known by loading
// the code (lambda, fetch or server) stays FunctionKind::kDetect.
//
//   Discover({"."})                        // the folder's function, or those of its subfolders
//   Discover({"functions", "jobs/a.ts"})   // all of them, sorted by name
//
// A path may be
// - a script file: one function, called as the file without its extension; index.* as its folder. If the folder's
//   hearth.toml configures a function with this entry, it is that one.
// - a folder that is a function: it has hearth.toml (config.h), or an entry is found (entry.h) and package.json does
//   not declare workspaces. It is called as hearth.toml says, or else as the folder.
// - a folder of functions: each of its subfolders that is a function, and each script file in it. Left out:
//   node_modules, names with a leading dot, and *.test.*, *.spec.*, *.config.* files. Nothing deeper is searched.
// What a name of a file or folder may not hold in a function's name becomes `-` (function_name.h).
//
// A function of Google's functions-framework (kind http or cloudevent in hearth.toml, or a target there, or a
// package.json that depends on the framework) gets the target that hearth.toml or the start script's --target names,
// or the only one its entry registers. If it registers several, that of the function's own name; a function that was
// given no name becomes one function per target, called as the target.
//
// Paths in results are absolute and canonical: symbolic links are followed. The same function found by two paths
// counts once.
//
// Errors, each one line: a path that does not exist or that holds no function (NotFound), two functions of one name
// (AlreadyExists), a file that is no script, and any mistake in hearth.toml or package.json (InvalidArgument).

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "isolate_pool/pool/function_spec.h"

namespace hearth {

absl::StatusOr<std::vector<FunctionSpec>> Discover(const std::vector<std::string>& paths);

}  // namespace hearth
