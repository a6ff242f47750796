#pragma once

namespace hearth {

// `hearth doctor`: what this machine has of what hearth needs. Returns kExitOk, or kExitFailed if something that hearth
// cannot do without is missing.
int RunDoctor(bool json);

}  // namespace hearth
