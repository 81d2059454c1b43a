// SPDX-License-Identifier: MIT
//
// What a program finds in the place of QtCore: another version, by its file's name.
extern "C" __attribute__((visibility("default"))) int signalbox_other_qt()
{
    return 0;
}
