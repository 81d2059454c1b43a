// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace SignalBox::detail {

/*!
    Which versions a callback with an initial call has been told: each at most once, none after a newer one, and none on
    another thread before the initial call has ended. Made by the thread that registers the callback.

    No gap: a sender that comes before endInitialCall() returns without telling, and has then changed the version already.
    The registering thread reads the version after endInitialCall(), by a read-modify-write of the same word, or under the
    same lock, as the sender's change. So either the change comes first, and that look tells it, or the sender sees the end of
    the initial call. All operations are sequentially consistent: none is on a hot path.
*/
class ToldVersion
{
public:
    ToldVersion() noexcept : m_initialThread(std::this_thread::get_id()) {}

    /*! Whether the calling thread is to tell this version, and has taken it over. */
    bool take(std::uint64_t version) noexcept
    {
        if (m_isInitial.load() && std::this_thread::get_id() != m_initialThread)
            return false;
        std::uint64_t next = m_next.load();
        while (next <= version) {
            if (m_next.compare_exchange_weak(next, version + 1))
                return true;
        }
        return false;
    }

    void endInitialCall() noexcept { m_isInitial.store(false); }

private:
    std::atomic<std::uint64_t> m_next = 0; // the versions before it are told
    std::atomic<bool> m_isInitial = true;
    const std::thread::id m_initialThread;
};

} // namespace SignalBox::detail
