#pragma once

// Reads the start script of a package.json (`node --watch server.js`, `functions-framework --target=hello`), without
// running it.

#include <optional>
#include <string_view>

namespace hearth {

// The file of a script of the plain form `node [flags] FILE`; else nothing. A script with anything of a shell's in it
// (variables, &&, quotes) is none of that form, nor is one that gives the program arguments.
std::optional<std::string_view> FileOfStartScript(std::string_view start);

// The value of a flag, `--target=hello` or `--target hello`, without quotes around it; empty if the flag is not there.
std::string_view FlagOfStartScript(std::string_view start, std::string_view flag);

}  // namespace hearth
