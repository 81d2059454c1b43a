// SPDX-License-Identifier: MIT
#include <SignalBox/HandlerGuard>
#include <SignalBox/SyncRegistry>
#include <SignalBox/version.h>

#include <iostream>

int main()
{
    SignalBox::SyncRegistry<int> registry;
    int sum = 0;
    {
        const SignalBox::HandlerGuard guard = registry.registerGuard([&sum](const int &value) { sum += value; });
        registry.notify(42);
    }
    registry.notify(1);
    std::cout << "SignalBox " << SIGNALBOX_VERSION_STRING << " delivered " << sum << '\n';
    return sum == 42 ? 0 : 1;
}
