#pragma once

// `hearth exec`: runs a plain Node program in a forked process, as if by `node FILE ARGS…`.
//
//   hearth exec build.js --watch        // in a running hearth if there is one, which takes a few milliseconds
//   hearth exec --stats x.mjs           // hearth: forked from the hearth of port 50051, JavaScript began after 2.9 ms
//
// hearth-exec is the same as a program of its own, which loads none of hearth's libraries and so saves their time.

#include <string>
#include <vector>

namespace hearth {

// `words`: what follows `hearth exec`. Returns the program's exit code, or an ExitCode if it did not run.
int RunExec(const std::vector<std::string>& words);

}  // namespace hearth
