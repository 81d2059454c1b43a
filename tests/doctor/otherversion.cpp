// SPDX-License-Identifier: MIT
//
// Preloaded, it stands in for a Qt of another version that is found only when the program runs.
extern "C" __attribute__((visibility("default"))) const char *qVersion() noexcept
{
    return "6.0.99";
}
