// SPDX-License-Identifier: MIT
#pragma once

#include "relacyplatform.h"

#include <cstdlib>
#include <iostream>
#include <ostream>
#include <string_view>

namespace Model {

/*! A scenario by its name. */
struct Row
{
    const char *name;
    // True: no schedule failed. `output` gets the history of the one that did.
    bool (*run)(unsigned long iterations, std::ostream &output);
};

template <class Scenario>
bool runScenario(unsigned long iterations, std::ostream &output)
{
    std::ostream silence(nullptr);
    rl::test_params parameters;
    parameters.iteration_count = iterations;
    parameters.output_stream = &output;
    parameters.progress_stream = &silence;
    parameters.execution_depth_limit = 20000;
    return rl::simulate<Scenario>(parameters);
}

inline bool runQuietly(const Row &row, unsigned long iterations)
{
    std::ostream silence(nullptr);
    return row.run(iterations, silence);
}

/*! The one of \a rows with this name; none: ends the program. */
template <class Rows>
const Row &rowOf(const Rows &rows, std::string_view name)
{
    for (const Row &row : rows) {
        if (name == row.name)
            return row;
    }
    std::cerr << "no scenario " << name << '\n';
    std::exit(2);
}

/*! The first of \a rows that fails, or "-". \a only: the one to try, or empty. */
template <class Rows>
const char *firstFailure(const Rows &rows, unsigned long iterations, std::string_view only = {})
{
    for (const Row &row : rows) {
        if ((only.empty() || only == row.name) && !runQuietly(row, iterations))
            return row.name;
    }
    return "-";
}

/*! Runs all of \a rows and says which pass; the number of those that do not. \a mode: printed before each, or empty. */
template <class Rows>
int runAll(const Rows &rows, unsigned long iterations, std::string_view mode = {})
{
    int failures = 0;
    for (const Row &row : rows) {
        const bool passed = runQuietly(row, iterations);
        std::cout << (passed ? "pass " : "FAIL ") << mode << (mode.empty() ? "" : " ") << row.name << std::endl;
        failures += !passed;
    }
    return failures;
}

inline const char *nameOf(Weakening weakening)
{
    return weakening == Weakening::Relaxed ? "relaxed" : "not seq_cst";
}

template <class Sites, class Which>
const char *siteName(const Sites &sites, Which which)
{
    for (const auto &site : sites) {
        if (site.site == which)
            return site.name;
    }
    return "";
}

} // namespace Model
