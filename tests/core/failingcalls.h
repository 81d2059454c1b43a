// SPDX-License-Identifier: MIT
#pragma once

#include "allocations.h"
#include "check.h"

#include <new>

// Runs `call` with each of its allocations failing in turn, until it has none left to fail. `call` returns or throws
// std::bad_alloc; `check` runs after each failure.
template <class Call, class Check>
void failEachAllocation(Call call, Check check)
{
    for (long index = 0;; ++index) {
        CHECK(index < 10000);
        bool hasThrown = false;
        bool hasFailed = false;
        {
            const AllocationFailure failure(index);
            try {
                call();
            } catch (const std::bad_alloc &) {
                hasThrown = true;
            }
            hasFailed = failure.hasHappened();
        }
        CHECK(hasFailed == hasThrown);
        if (!hasThrown)
            return;
        check();
    }
}
