// SPDX-License-Identifier: MIT
#include <SignalBox/core/registry/reclaimer.h>

namespace SignalBox::detail {

template class HazardDomain<StandardPlatform>;

} // namespace SignalBox::detail
