// SPDX-License-Identifier: MIT
#pragma once

#include "vectorentry.h"

#include <mutex>

namespace SignalBoxBenchmark {

// A lock around a vector of std::function, held while the handlers run.
template <class Mutex, template <class> class NotifyLock>
class LockedVector
{
public:
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
        const NotifyLock<Mutex> lock(m_mutex);
        for (const VectorEntry &entry : m_entries)
            entry.handler(event);
    }

private:
    Mutex m_mutex;
    std::uint64_t m_lastId = 0;
    std::vector<VectorEntry> m_entries;
};

} // namespace SignalBoxBenchmark
