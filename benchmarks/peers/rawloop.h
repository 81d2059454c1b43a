// SPDX-License-Identifier: MIT
#pragma once

#include "../handlers.h"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

// The floor: a loop over contiguous {function pointer, context} pairs. Not thread-safe, no ids, no order but that of
// registration. The function finds the handler through its context, as any registry that accepts captures must.
class RawLoop
{
public:
    static constexpr const char *name = "raw";
    static constexpr bool isThreadSafe = false;
    static constexpr bool hasPriorities = false;

    struct Handle
    {
        const void *context;
    };

    template <class Handler>
    Handle add(Handler handler, int = 0)
    {
        Owner owner(new Handler(std::move(handler)), [](void *pointer) { delete static_cast<Handler *>(pointer); });
        const Handle handle{owner.get()};
        m_entries.push_back(
                {[](const void *context, const Event &event) { (*static_cast<const Handler *>(context))(event); },
                 owner.get()});
        m_owners.push_back(std::move(owner));
        return handle;
    }

    void remove(Handle handle)
    {
        for (std::size_t index = 0; index < m_entries.size(); ++index) {
            if (m_entries[index].context == handle.context) {
                m_entries.erase(m_entries.begin() + static_cast<std::ptrdiff_t>(index));
                m_owners.erase(m_owners.begin() + static_cast<std::ptrdiff_t>(index));
                return;
            }
        }
    }

    void clear()
    {
        m_entries.clear();
        m_owners.clear();
    }

    void notify(const Event &event) const
    {
#if defined(__GNUC__) && defined(__x86_64__)
        // The loop within one line of code: where its end lies in the next one, it takes a fifth longer.
        asm volatile(".p2align 6");
#endif
        for (const Entry &entry : m_entries)
            entry.function(entry.context, event);
    }

private:
    struct Entry
    {
        void (*function)(const void *context, const Event &event);
        const void *context;
    };
    using Owner = std::unique_ptr<void, void (*)(void *)>;

    std::vector<Entry> m_entries;
    std::vector<Owner> m_owners; // apart, so that a notify walks 16 bytes a handler
};

} // namespace SignalBoxBenchmark
