// SPDX-License-Identifier: MIT
#include <SignalBox/core/detail/reclaimer.h>

namespace SignalBox::detail {

template class HazardDomain<StandardPlatform>;

} // namespace SignalBox::detail
