// SPDX-License-Identifier: MIT
#include <SignalBox/core/detail/registrycore.h>

namespace SignalBox::detail {

template class RegistryCore<StandardPlatform>;

} // namespace SignalBox::detail
