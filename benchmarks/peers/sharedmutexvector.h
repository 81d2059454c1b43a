// SPDX-License-Identifier: MIT
#pragma once

#include "lockedvector.h"

#include <shared_mutex>

namespace SignalBoxBenchmark {

// The same with std::shared_mutex: notifying threads share the lock, and its cache line. A handler that registers or
// unregisters deadlocks, and one that notifies may.
class SharedMutexVector : public LockedVector<std::shared_mutex, std::shared_lock>
{
public:
    static constexpr const char *name = "shared_mutex + vector";
};

} // namespace SignalBoxBenchmark
