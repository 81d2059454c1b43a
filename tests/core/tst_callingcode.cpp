// SPDX-License-Identifier: MIT
//
// Handlers are called by code of the program or library that notifies, however many they are. From the library SignalBox::Core,
// or from any other, each call would lead far away in memory, which costs some processors as much again.
#include "callingcode.h"

void handlersAreCalledByCodeOfThisLibrary(); // of callinglibrary.cpp

int main()
{
    (void)notifyFromHere(1);
    if (!SignalBox::detail::StandardPlatform::usesLightFence()) {
        std::puts("Skipped: readers need full fences here");
        return 0;
    }
    RUN(handlersAreCalledByCodeOfThisImage);
    RUN(handlersAreCalledByCodeOfThisLibrary);
}
