// SPDX-License-Identifier: MIT
#pragma once

#include "output.h"
#include "program.h"

#include <string>
#include <vector>

namespace SignalBox::Doctor {

// What the command line says; --help has it in words.
struct Options
{
    Output text, json, trace;
    unsigned stall = 100; // ms
    bool hasProgress = false;
    bool isQuiet = false;
    Program::Need need = Program::Need::Qt;
    std::vector<std::string> program; // with its arguments

    // Opens the files of the reports. Prints, and exits, where that is asked for. Throws Refusal.
    static Options read(int argc, char **argv);
};

} // namespace SignalBox::Doctor
