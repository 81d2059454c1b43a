// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBox::detail {

/*! SignalBox.Stop. "STOP": not a number that a function returns by chance, as push() returns 1. */
inline constexpr int stopValue = 0x53544f50;

} // namespace SignalBox::detail
