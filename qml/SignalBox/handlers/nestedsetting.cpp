// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/nestedsetting.h>

namespace SignalBox::detail {

QString NestedSetting::problem() const
{
    if (value == deliver || value == wait)
        return {};
    return QStringLiteral("nested: expected SignalBox.Deliver or SignalBox.Wait, not %1").arg(value);
}

} // namespace SignalBox::detail
