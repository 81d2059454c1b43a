// SPDX-License-Identifier: MIT
#include "callingcode.h"

void handlersAreCalledByCodeOfThisLibrary();

void handlersAreCalledByCodeOfThisLibrary()
{
    handlersAreCalledByCodeOfThisImage();
}
