#pragma once

namespace hearth::engine {

// Takes all free memory between malloc's blocks out of use, for good. A warm process has such holes all over its heap; a
// fork that fills them writes to a page for each, and every such page is copied. Afterwards, what a fork allocates comes
// from the heap's end, in one piece. Costs what was free (some hundred KiB), once for all forks.
void FillMallocHoles();

}  // namespace hearth::engine
