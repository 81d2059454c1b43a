// SPDX-License-Identifier: MIT
#pragma once

// Calls inside of QtCore do not pass through the dynamic linker, so that preloading alone does not see them: these go to the code itself.
// To be called while the program has one thread.

namespace SignalBox::Doctor {

// Each call of `function` goes to `replacement` instead, and `original` is what calls the function itself. False, having changed nothing,
// where the function begins with instructions that it does not know how to move.
bool redirect(void *function, void *replacement, void **original);

// Puts `replacement` in the place of `function` in this table of virtual functions, which ends at the first that is no code.
bool replaceVirtual(void **table, void *function, void *replacement);

} // namespace SignalBox::Doctor
