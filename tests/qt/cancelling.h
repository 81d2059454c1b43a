// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

// A value that calls a function whenever it is copied: so a future can be cancelled at the moment at which it gets the value.
struct Cancelling
{
    explicit Cancelling(int itsNumber) : number(itsNumber) {}
    Cancelling(const Cancelling &other) : number(other.number)
    {
        if (const auto call = onCopy) // which may set another one
            call();
    }
    Cancelling(Cancelling &&) = default;
    Cancelling &operator=(const Cancelling &) = default;
    Cancelling &operator=(Cancelling &&) = default;

    int number;
    static inline std::function<void()> onCopy;
};
