// SPDX-License-Identifier: MIT
#include <SignalBox/core/registry/registrycore.h>

namespace SignalBox::detail {

template class RegistryCore<StandardPlatform>;

} // namespace SignalBox::detail
