// SPDX-License-Identifier: MIT
#pragma once

#include "lockedvector.h"

#include <mutex>

namespace SignalBoxBenchmark {

// What is written by hand most often, in its fastest form; a handler that registers, unregisters or notifies deadlocks.
class MutexVector : public LockedVector<std::mutex, std::unique_lock>
{
public:
    static constexpr const char *name = "mutex + vector";
};

} // namespace SignalBoxBenchmark
