// SPDX-License-Identifier: MIT
#include <SignalBox/SyncRegistry>

int main()
{
    int sum = 0;
    SignalBox::SyncRegistry<int> registry;
    registry.registerHandler([&sum](const int &value) { sum += value; });
    registry.notify(42);
    return sum == 42 ? 0 : 1;
}
