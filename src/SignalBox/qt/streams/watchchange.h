// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/qt/coroutines/taskdriver.h>
#    include <SignalBox/qt/streams/watchvalues.h>
#    include <SignalBox/qt/streams/watchwaiters.h>
#endif

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace SignalBox::detail {

/*! The next value of an AsyncWatch, for a Task. */
template <class T>
class WatchChange
{
public:
    class TaskWait;

    explicit WatchChange(std::shared_ptr<WatchValues<T>> values) noexcept : m_values(std::move(values)) {}

private:
    std::shared_ptr<WatchValues<T>> m_values;
};

template <class T>
class WatchChange<T>::TaskWait final : private WatchOperation
{
    using Values = WatchValues<T>;
    using Latest = decltype(std::declval<const Values &>().latest());

public:
    explicit TaskWait(WatchChange &&change) noexcept : m_values(std::move(change.m_values)) {}
    ~TaskWait() override
    {
        m_values->waiters.remove(*this);
        if (m_latest && !m_isGiven)
            m_values->giveBack(m_latest->version, m_before);
    }

    using TaskOperation::hasCome;
    // Whether it has a value, which is nobody else's then, or there will be none.
    bool isReady()
    {
        if (take())
            return true;
        if (!m_values->waiters.isOver() && !m_values->receiver.isClosed())
            return false;
        take(); // what was sent just before the end
        return true;
    }
    void begin(TaskDriver &driver)
    {
        setDriver(driver);
        m_values->tellWaiters();
        m_values->waiters.add(*this);
        come(); // it may have changed before that
    }
    typename Values::Next result()
    {
        if (!m_latest)
            return typename Values::Next();
        auto next = Values::nextOf(*m_latest);
        m_isGiven = true;
        return next;
    }

private:
    void come() noexcept override
    {
        if (!hasCome() && !driver().isClaimed() && isReady())
            resume();
    }
    bool take()
    {
        while (!m_latest) {
            std::uint64_t before = m_values->given.load();
            if (m_values->receiver.version() == before)
                return false;
            Latest latest = m_values->latest();
            if (!m_values->given.compare_exchange_strong(before, latest.version))
                continue; // somebody else was faster
            m_before = before;
            m_latest.emplace(std::move(latest));
        }
        return true;
    }

    const std::shared_ptr<Values> m_values;
    std::optional<Latest> m_latest;
    std::uint64_t m_before = 0; // the version that was given last
    bool m_isGiven = false;
};

} // namespace SignalBox::detail
