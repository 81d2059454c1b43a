// SPDX-License-Identifier: MIT
#include <SignalBox/core/registry/walk.h>

#include <SignalBox/core/registry/reclaimer.h>

namespace SignalBox::detail {

template class Dispatch<StandardPlatform>;
template class Walks<StandardPlatform>;

} // namespace SignalBox::detail
