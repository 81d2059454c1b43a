// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/handlerguard.h>
#    include <SignalBox/core/syncregistry.h>
#    include <SignalBox/core/watchreceiver.h>
#    include <SignalBox/qt/streams/watchwaiters.h>
#endif
#include <SignalBox/qt/futures/answer.h>

#include <QtCore/qglobal.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! The values of an AsyncWatch, as its callbacks, futures and coroutines share them: each value is given to one future or coroutine. Thread-safe. */
template <class T>
class WatchValues
{
    struct VersionOnly
    {
        std::uint64_t version;
    };

public:
    using Next = typename std::conditional_t<std::is_void_v<T>, std::type_identity<bool>,
                                             std::type_identity<std::optional<T>>>::type;

    explicit WatchValues(WatchReceiver<T> from) : receiver(std::move(from)), given(receiver.version()) {}
    Q_DISABLE_COPY_MOVE(WatchValues)
    ~WatchValues() = default;

    auto latest() const
    {
        if constexpr (std::is_void_v<T>)
            return VersionOnly{receiver.version()};
        else
            return receiver.snapshot();
    }
    template <class Latest>
    static Next nextOf([[maybe_unused]] const Latest &latest)
    {
        if constexpr (std::is_void_v<T>)
            return true;
        else
            return Next(*latest.value);
    }

    /*! Gives the latest value. False: it has been given already, or nobody waits for the answer. Throws what copying the value throws. */
    bool give(Answer<Next> &answer)
    {
        for (;;) {
            std::uint64_t before = given.load();
            if (!answer.isOpen() || receiver.version() == before)
                return false;
            const auto newest = latest();
            Next copy = nextOf(newest);
            // First, as a continuation of the future may ask for the next one.
            if (!given.compare_exchange_strong(before, newest.version))
                continue; // another future was faster
            if (answer.give(std::move(copy)))
                return true;
            giveBack(newest.version, before); // the future was cancelled meanwhile
            return false;
        }
    }
    /*! Nobody has got \a version: another one who waits gets it, if that has not got a newer one. */
    void giveBack(std::uint64_t version, std::uint64_t before)
    {
        if (!given.compare_exchange_strong(version, before))
            return;
        returned.notify();
        waiters.tellAll();
    }

    /*! From here on, changes and the end of the sender are told to the coroutines that wait. */
    void tellWaiters()
    {
        const std::lock_guard lock(m_mutex);
        if (!m_onChanged.isActive())
            m_onChanged = receiver.onChanged([this] { waiters.tellAll(); });
        if (!m_onClosed.isActive())
            m_onClosed = receiver.onClosed([this] { waiters.tellAll(); });
    }

    const WatchReceiver<T> receiver;
    /*! The version that was given last, or is about to be. Sequentially consistent, as it is off every hot path. */
    std::atomic<std::uint64_t> given;
    /*! A version was given back: futures that wait are to look again. */
    SyncRegistry<void> returned;
    /*! The coroutines that wait. */
    WatchWaiters waiters;

private:
    std::mutex m_mutex; // guards these, which go before the rest
    HandlerGuard m_onChanged;
    HandlerGuard m_onClosed;
};

} // namespace SignalBox::detail
