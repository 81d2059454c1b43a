// SPDX-License-Identifier: MIT
#pragma once

#include "vectorentry.h"

#include <atomic>
#include <memory>

namespace SignalBoxBenchmark {

// Copy on write behind std::atomic<std::shared_ptr>, which takes a lock inside the pointer on libstdc++ 12. Handlers
// may do anything; a removed handler may still be called by walks that began before, and is destroyed with the last.
class AtomicSharedPointer
{
public:
    static constexpr const char *name = "atomic<shared_ptr>";
    static constexpr bool isThreadSafe = true;
    static constexpr bool hasPriorities = true;

    using Handle = std::uint64_t;

    template <class Handler>
    Handle add(Handler handler, int priority = 0)
    {
        const Handle id = m_lastId.fetch_add(1, std::memory_order_relaxed) + 1;
        const VectorEntry entry{id, priority, std::move(handler)};
        change([&entry](List &list) { insertByPriority(list, entry); });
        return id;
    }

    void remove(Handle id)
    {
        change([id](List &list) { eraseById(list, id); });
    }

    void clear() { m_list.store(std::make_shared<const List>()); }

    void notify(const Event &event) const
    {
        const std::shared_ptr<const List> list = m_list.load(std::memory_order_acquire);
        for (const VectorEntry &entry : *list)
            entry.handler(event);
    }

private:
    using List = std::vector<VectorEntry>;

    template <class Change>
    void change(Change change)
    {
        std::shared_ptr<const List> published = m_list.load();
        std::shared_ptr<List> changed;
        do {
            changed = std::make_shared<List>();
            changed->reserve(published->size() + 1);
            changed->assign(published->begin(), published->end());
            change(*changed);
        } while (!m_list.compare_exchange_weak(published, std::shared_ptr<const List>(std::move(changed))));
    }

    std::atomic<std::shared_ptr<const List>> m_list{std::make_shared<const List>()};
    std::atomic<std::uint64_t> m_lastId{0};
};

} // namespace SignalBoxBenchmark
