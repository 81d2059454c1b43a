// SPDX-License-Identifier: MIT
#pragma once

#include "vectorentry.h"

#include <mutex>
#include <shared_mutex>

namespace SignalBoxBenchmark {

// The same with std::shared_mutex: notifying threads share the lock, and its cache line. A handler that registers or
// unregisters deadlocks, and one that notifies may.
class SharedMutexVector
{
public:
    static constexpr const char *name = "shared_mutex + vector";
    static constexpr bool isThreadSafe = true;
    static constexpr bool hasPriorities = true;

    using Handle = std::uint64_t;

    template <class Handler>
    Handle add(Handler handler, int priority = 0)
    {
        const std::scoped_lock lock(m_mutex);
        const Handle id = ++m_lastId;
        insertByPriority(m_entries, {id, priority, std::move(handler)});
        return id;
    }

    void remove(Handle id)
    {
        const std::scoped_lock lock(m_mutex);
        eraseById(m_entries, id);
    }

    void clear()
    {
        const std::scoped_lock lock(m_mutex);
        m_entries.clear();
    }

    void notify(const Event &event)
    {
        const std::shared_lock lock(m_mutex);
        for (const VectorEntry &entry : m_entries)
            entry.handler(event);
    }

private:
    std::shared_mutex m_mutex;
    std::uint64_t m_lastId = 0;
    std::vector<VectorEntry> m_entries;
};

} // namespace SignalBoxBenchmark
