// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/hazard/memorysite.h>

#include <atomic>
#include <cstdint>

namespace SignalBox::detail {

/*!
    Which versions a callback with an initial call has been told: each at most once, none after a newer one, and none on
    another thread before the initial call has ended. Made by the thread that registers the callback.

        registering thread                    sender
          add the callback                      version <- version + 1
          initial call: read, take              read the version; initial call not ended: no more
          the initial call has ended            take the version: call
          read the version, take: call

    No gap: both read the version by a read-modify-write of the same word, or under the same lock. If the sender's read comes first,
    the registering thread's second read sees the change, and tells it. Else the sender's read comes after the end of the
    initial call, and so sees that end.

    Orderings.
    - EndInitialCall releases and SeeInitialCall acquires: a call on another thread comes after the initial call.
    - Taking a version is relaxed: it decides who calls, and one exchange wins whatever its order. What a call reads came
      with the version.
*/
template <class Platform>
class ToldVersion
{
public:
    ToldVersion() noexcept : m_initialThread(Platform::currentThread()) {}

    /*! Whether the calling thread is to tell this version, and has taken it over. */
    bool take(std::uint64_t version) noexcept
    {
        if (m_isInitial.load(Platform::order(MemorySite::SeeInitialCall, std::memory_order_acquire))
            && Platform::currentThread() != m_initialThread)
            return false;
        std::uint64_t next = m_next.load(std::memory_order_relaxed);
        while (next <= version) {
            if (m_next.compare_exchange_weak(next, version + 1, std::memory_order_relaxed))
                return true;
        }
        return false;
    }

    void endInitialCall() noexcept
    {
        m_isInitial.store(false, Platform::order(MemorySite::EndInitialCall, std::memory_order_release));
    }

private:
    typename Platform::template Atomic<std::uint64_t> m_next{0}; // the versions before it are told
    typename Platform::template Atomic<bool> m_isInitial{true};
    const void *const m_initialThread;
};

} // namespace SignalBox::detail
