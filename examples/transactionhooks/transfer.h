// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

/*! The event: money goes from one account to another. Names are single words. */
struct Transfer
{
    std::uint64_t number; //!< ascending from 1, each given once
    std::string from;
    std::string to;
    std::int64_t amount;
};
