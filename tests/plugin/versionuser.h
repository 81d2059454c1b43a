// SPDX-License-Identifier: MIT
#pragma once

#include <string>

// Uses Core and Qt: an event reaches a handler inline, and one on another thread. Returns which libraries did it, for example
// "libSignalBoxCore.so.0.2 libSignalBoxQt.so.0.2", or what went wrong.
std::string useBothLayers();

// The plugin's function "useInPlugin".
using UseInPlugin = const char *();
