// SPDX-License-Identifier: MIT
extern "C" int signalbox_other_qt();

int main()
{
    return signalbox_other_qt();
}
