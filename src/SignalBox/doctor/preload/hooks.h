// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBox::Doctor {

// From now on QtCore tells what it posts, delivers and drops. False if this build of it is not known.
bool setHooks();

} // namespace SignalBox::Doctor
