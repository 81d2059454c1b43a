// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/*! The event: a request has been answered. */
struct Served
{
    std::size_t route; //!< an index of Metrics::routes
    bool hasFailed;
    std::size_t bytes; //!< of the answer
};
