#pragma once

// Reads hearth.toml, the configuration of the function or functions in one folder. Every key is optional.
//
//   name = "orders"              # [A-Za-z0-9][A-Za-z0-9_-]{0,63}
//   kind = "lambda"              # lambda, fetch, server, http, cloudevent; found out by loading the code if absent
//   entry = "src/app.js"         # the file to load, inside the folder
//   handler = "src/app.create"   # lambda: file without extension, a dot, the export (see below); implies the kind
//   tenant = "acme"              # whose it is; "default" if absent (host_config.h)
//   target = "helloHttp"         # http, cloudevent: the functions-framework's target; not beside handler
//
//   [limits]                     # range                  default: function_spec.h
//   timeout = "60s"              # 1ms to 24h
//   init = "10s"                 # 1ms to 15m
//   memory = "512MB"             # 96MB to 10GB; Node itself needs about 60MB of it
//   request = "6MB"              # 1B to 1GB
//   response = "6MB"             # 1B to 10GB
//   log = "1MB"                  # 0B to 1GB
//   tmp = "512MB"                # 1MB to 10GB; sandbox/policy.h has the defaults from here on
//   processes = 1024             # 16 to 100000; threads count, too
//   descriptors = 1024           # 64 to 1000000
//
//   [scaling]
//   concurrency = 80             # 1 to 1000
//   max_concurrency = 400        # of the function, those that wait included; 1 to 1000000
//   rate = 100                   # invocations per second, 1 to 1000000
//   burst = 200                  # … of which so many at once; default: one second's
//   max_instances = 100          # 1 to 10000
//   idle_timeout = "5m"          # 0s to 24h
//   queue = 1000                 # 0 to 1000000
//
//   [sandbox]                    # docs/sandbox.md
//   mode = "best-effort"         # strict, best-effort
//   egress = "all"               # all, none
//   readable = ["../shared"]     # files and folders beside the code; relative ones to this file's folder
//
//   [env]                        # names: [A-Za-z_][A-Za-z0-9_]*
//   GREETING = "Hello"
//   PORT_OFFSET = 10             # numbers and booleans become text, just as they are written
//
// Several functions of one folder each have a table, which holds the same keys but `name`. What stands at the top is
// then the default of all; limits, scaling and env are merged key by key.
//
//   [functions.create]
//   handler = "orders.create"
//   limits.timeout = "3s"
//
//   [functions.list]             # without entry and handler: list.js (.mjs, .ts, …) if there is one
//
// How `handler` is read. Without `entry`, "src/app.handlers.create" is the file src/app with whatever extension a
// script has, and its export handlers.create; "create", without a dot, is an export of the folder's usual entry. With
// `entry`, of the same table or by default, it is an export of that file; the file's own name may stand before it
// ("app.create" and "src/app.create" are `create` of src/app.js).
//
// Durations and sizes: base/units.h. The file is strict: a key that is not known, a value of another type or out of range, a
// file that does not exist are errors. The first one is reported, as InvalidArgument with one line of text:
//   /f/hearth.toml:3: unknown key "timout" in [limits]; did you mean "timeout"?
//   /f/hearth.toml:4: [limits] memory: "64MB" is out of range: 96MB to 10GB

#include <filesystem>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "isolate_pool/pool/function_spec.h"

namespace hearth {

inline constexpr std::string_view kConfigFileName = "hearth.toml";

// The functions that directory/hearth.toml configures: those of [functions], in the order of the file, or else the one
// of the folder. What the file leaves open is left empty for the caller: `name` (but never of a [functions.X]) and
// `entry`. `directory` is made canonical. `handler` is set to the export or to the target; with kind kDetect it is a
// target, as a handler implies kLambda.
absl::StatusOr<std::vector<FunctionSpec>> ReadConfig(const std::filesystem::path& directory);

}  // namespace hearth
