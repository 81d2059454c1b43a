// SPDX-License-Identifier: MIT
#include <SignalBox/HandlerGuard>
#include <SignalBox/SyncRegistry>
#include <SignalBox/version.h>

#include <iostream>
#include <string_view>

// The header and the package that was found are of one version. (A parent project finds none.)
#ifdef PACKAGE_VERSION
#    define TEXT_OF(value) #value
#    define DOTTED(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)
static_assert(std::string_view(SIGNALBOX_VERSION_STRING) == PACKAGE_VERSION);
static_assert(std::string_view(DOTTED(SIGNALBOX_VERSION_MAJOR, SIGNALBOX_VERSION_MINOR, SIGNALBOX_VERSION_PATCH))
              == PACKAGE_VERSION);
static_assert(SIGNALBOX_VERSION == (SIGNALBOX_VERSION_MAJOR << 16 | SIGNALBOX_VERSION_MINOR << 8 | SIGNALBOX_VERSION_PATCH));
#endif

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
