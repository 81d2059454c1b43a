// SPDX-License-Identifier: MIT
#include "asyncworld.h"

#include <algorithm>

// The part of AsyncWorld that posts events, and counts who must get them.

using SignalBox::AsyncHandlerInfo;

void AsyncWorld::registryHasChanged(unsigned registry)
{
    ++m_changes[registry];
}

// To every handler that is registered and enabled. False if there are others that the records do not know of.
bool AsyncWorld::offer(unsigned registry, unsigned &count)
{
    unsigned registered = 0;
    bool hasOnce = false;
    for (AsyncRecord &record : m_records) {
        if (record.registry != registry || record.hasEnded)
            continue;
        if (!m_registries[registry]->contains(record.id)) {
            REQUIRE(record.isOnce); // called in a pool, where nothing is recorded
            continue;
        }
        if (record.isOnce)
            hasOnce = true;
        else
            ++registered;
        if (!record.isEnabled)
            continue;
        ++record.offered;
        ++count;
    }
    const auto known = static_cast<int>(registered);
    REQUIRE(m_registries[registry]->handlerCount() >= known);
    return !hasOnce && m_registries[registry]->handlerCount() == known;
}

void AsyncWorld::forgetExactness(unsigned registry)
{
    for (AsyncRecord &record : m_records) {
        if (record.registry == registry)
            record.isExact = false;
    }
    for (AsyncPromise &promise : m_promises) {
        if (promise.registry == registry)
            promise.isExact = false;
    }
}

void AsyncWorld::send(unsigned registry, How how)
{
    if (!m_registries[registry])
        return;
    AsyncPromise promise;
    promise.registry = registry;
    promise.isExact = offer(registry, promise.offered);
    // What comes behind a step that waits for an hour waits with it.
    if (how == How::NotifySequentially
        && std::any_of(m_records.begin(), m_records.end(),
                       [&](const AsyncRecord &record) { return record.registry == registry && !record.hasEnded && record.isLate; }))
        forgetExactness(registry);
    const Walk walk{registry, m_busy.back()};
    const bool isNested = std::find(m_walks.begin(), m_walks.end(), walk) != m_walks.end();
    const AsyncEvent event(m_busy.back(), ++m_lastNumber,
                           isNested || how == How::NotifySequentially ? AsyncEvent::Order::Free : AsyncEvent::Order::Kept);
    m_walks.push_back(walk);
    const unsigned changesBefore = m_changes[registry];
    Registry &target = *m_registries[registry]; // a handler may destroy it
    const std::size_t place = m_promises.size();
    m_promises.push_back(promise);
    QFuture<SignalBox::DispatchReport> report;
    switch (how) {
    case How::Post:
        target.post(event);
        break;
    case How::Notify:
        report = target.notify(event);
        break;
    case How::NotifySequentially:
        report = target.notifySequential(event);
        break;
    }
    m_walks.pop_back();
    if (how == How::Post)
        report = SignalBox::detail::finishedFuture({.called = promise.offered});
    m_promises[place].report = report;
    // What inline handlers changed may have kept the event from those that came after them.
    if (m_changes[registry] != changesBefore)
        forgetExactness(registry);
}

void AsyncWorld::askForNext(unsigned registry, unsigned context)
{
    if (!m_registries[registry] || !m_contexts[context] || m_next.size() >= 20)
        return;
    m_next.push_back(m_registries[registry]->next(m_contexts[context].get()));
    registryHasChanged(registry);
}

void AsyncWorld::cancel(unsigned future)
{
    if (!m_promises.empty())
        m_promises[future % m_promises.size()].report.cancel();
    if (!m_next.empty() && future % 4 == 3)
        m_next[future % m_next.size()].cancel();
}

// What was offered has become a call, was merged, or was dropped; an hour has not passed, so what waits for that still waits.
void AsyncWorld::checkCounts(unsigned registry)
{
    if (!m_registries[registry])
        return;
    const std::vector<AsyncHandlerInfo> rows = m_registries[registry]->handlers();
    for (const AsyncRecord &record : m_records) {
        if (record.registry != registry || record.hasEnded || record.isOnce)
            continue;
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const AsyncHandlerInfo &info) { return info.id == record.id; });
        REQUIRE(row != rows.end());
        REQUIRE(row->enabled == record.isEnabled);
        const quint64 accounted = record.calls + row->dropped + row->merged;
        REQUIRE(accounted <= record.offered);
        if (record.isExact)
            REQUIRE(accounted + 1 >= record.offered);
    }
}
