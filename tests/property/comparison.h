// SPDX-License-Identifier: MIT
#pragma once

#include "operation.h"
#include "oracle.h"
#include "stage.h"
#include "world.h"

#include <optional>
#include <sstream>
#include <string>
#include <vector>

// Has the library and the plain model perform the same operations. The first difference between their traces, as text
// for people; or nothing.
inline std::optional<std::string> firstDifference(const std::vector<Operation> &sequence, const Limits &limits)
{
    Stage<Oracle> oracle(limits);
    Stage<Library> library(limits);
    std::size_t compared = 0;
    const auto compare = [&](const std::string &where) -> std::optional<std::string> {
        const auto &expected = oracle.trace();
        const auto &actual = library.trace();
        for (; compared < expected.size() || compared < actual.size(); ++compared) {
            if (compared < expected.size() && compared < actual.size() && expected[compared] == actual[compared])
                continue;
            std::ostringstream message;
            message << "after " << where << "\n  both:\n";
            for (std::size_t i = compared > 12 ? compared - 12 : 0; i < compared; ++i)
                message << "    " << expected[i] << '\n';
            message << "  model:\n    " << (compared < expected.size() ? expected[compared] : "nothing")
                    << "\n  library:\n    " << (compared < actual.size() ? actual[compared] : "nothing") << '\n';
            return message.str();
        }
        return std::nullopt;
    };
    for (const Operation &operation : sequence) {
        oracle.performOutermost(operation);
        library.performOutermost(operation);
        std::ostringstream text;
        text << operation;
        if (const auto difference = compare(text.str()))
            return difference;
    }
    oracle.end();
    library.end();
    return compare("the end");
}
