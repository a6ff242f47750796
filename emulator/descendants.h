#pragma once

// Processes that an instance started and that outlived it. This process adopts them (it is their subreaper), so that
// none is left when it ends.

namespace hearth {

// Once, at the start of the program.
void AdoptDescendants();

// Kills and reaps every child of this process, and the children that it gets by that, until it has none. Blocking, but
// SIGKILL leaves nothing to wait for.
void KillDescendants();

}  // namespace hearth
