// SPDX-License-Identifier: MIT
#include <SignalBox/core/detail/walk.h>

#include <SignalBox/core/detail/reclaimer.h>

namespace SignalBox::detail {

template class Dispatch<StandardPlatform>;
template class Walks<StandardPlatform>;

} // namespace SignalBox::detail
