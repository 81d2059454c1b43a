// SPDX-License-Identifier: MIT
#pragma once

#include "../handlers.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

// What the hand-written peers keep in their vector: as little as unregistering and priorities need.
struct VectorEntry
{
    std::uint64_t id;
    int priority;
    std::function<void(const Event &)> handler;
};

// Higher priorities first, equals in the order in which they came.
inline void insertByPriority(std::vector<VectorEntry> &entries, VectorEntry entry)
{
    const auto place =
            std::upper_bound(entries.begin(), entries.end(), entry.priority,
                             [](int priority, const VectorEntry &other) { return priority > other.priority; });
    entries.insert(place, std::move(entry));
}

inline void eraseById(std::vector<VectorEntry> &entries, std::uint64_t id)
{
    const auto place =
            std::find_if(entries.begin(), entries.end(), [id](const VectorEntry &entry) { return entry.id == id; });
    if (place != entries.end())
        entries.erase(place);
}

} // namespace SignalBoxBenchmark
