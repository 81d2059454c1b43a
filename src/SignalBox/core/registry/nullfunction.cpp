// SPDX-License-Identifier: MIT
#include <SignalBox/core/registry/nullfunction.h>

#include <stdexcept>

namespace SignalBox::detail {

void refuse(const char *message)
{
    throw std::invalid_argument(message);
}

} // namespace SignalBox::detail
