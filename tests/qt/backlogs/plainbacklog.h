// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>
#include <QtCore/qstringlist.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

// A plain list that shows what each backlog of a table keeps, when its handler is called, and what is counted.

enum class Keep { All, Newest, NewestThree, OldestThree, NewestBy, MergedBy, Merged };
enum class When { Soon, EveryTurn, Every, QuietFor, OnDemand };
enum class Wanted { Everything, Even };
enum class What { Event, Batch };

inline constexpr int interval = 10; // milliseconds

namespace plain {

inline int keyOf(const int &event)
{
    return event % 3;
}

// The key of the sum is that of what was kept.
inline void add(int &kept, int &&newer)
{
    kept += newer - keyOf(newer);
}

inline bool isEven(const int &event)
{
    return event % 2 == 0;
}

} // namespace plain

// What one call of the handler got.
struct Call
{
    std::vector<int> events;
    std::uint64_t lost = 0; // as a batch tells; 0 of events

    QString text() const
    {
        QStringList texts;
        for (const int event : events)
            texts.append(QString::number(event));
        return QStringLiteral("%1 (%2 lost)").arg(texts.join(QLatin1Char(' '))).arg(lost);
    }
};

inline QString textOf(const std::vector<Call> &calls)
{
    QStringList texts;
    for (const Call &call : calls)
        texts.append(call.text());
    return texts.join(QLatin1String(", "));
}

// What a handler of the tests does with an event, besides taking it.
template <class Post>
void reactTo(int event, Post &&post)
{
    if (event >= 60 && event < 70) {
        post(event - 60);
        post(event - 57);
    }
}

// Numbers for a test, the same in each run, and others for each row of its table.
class RowRandom
{
public:
    explicit RowRandom(std::string_view row)
        : m_engine(std::accumulate(row.begin(), row.end(), 1U, [](unsigned sum, char letter) { return 31 * sum + unsigned(letter); }))
    {
    }
    int below(int end) { return int(m_engine() % unsigned(end)); }

private:
    std::mt19937 m_engine;
};

// The model: a list, and a time in milliseconds.
class PlainBacklog
{
public:
    PlainBacklog(Keep keep, When when, Wanted wanted, What what) : m_keep(keep), m_when(when), m_wanted(wanted), m_what(what) {}

    std::vector<Call> calls;
    std::uint64_t merged = 0;
    std::uint64_t dropped = 0;
    bool isEnabled = true;
    bool reacts = true; // the handler does what reactTo() does

    std::uint64_t waiting() const { return m_kept.size(); }
    QString numbers() const { return numbersOf(waiting(), merged, dropped); }
    static QString numbersOf(std::uint64_t waiting, std::uint64_t merged, std::uint64_t dropped)
    {
        return QStringLiteral("; %1 waiting, %2 merged, %3 dropped").arg(waiting).arg(merged).arg(dropped);
    }
    bool isOnDemand() const { return m_when == When::OnDemand; }

    void post(int event)
    {
        if (!isEnabled || (m_wanted == Wanted::Even && !plain::isEven(event)))
            return;
        m_lastPost = m_now;
        switch (m_keep) {
        case Keep::All:
            m_kept.push_back({0, event});
            break;
        case Keep::Newest:
            merged += m_kept.size();
            m_kept.assign(1, {0, event});
            break;
        case Keep::NewestThree:
            m_kept.push_back({0, event});
            if (m_kept.size() > 3) {
                m_kept.erase(m_kept.begin());
                ++dropped;
            }
            break;
        case Keep::OldestThree:
            if (m_kept.size() < 3)
                m_kept.push_back({0, event});
            else
                ++dropped;
            break;
        case Keep::NewestBy:
        case Keep::MergedBy:
        case Keep::Merged:
            postKeyed(m_keep == Keep::Merged ? 0 : plain::keyOf(event), event);
            break;
        }
    }
    // The event loop turns, until there is nothing more to do at this time.
    void turn()
    {
        while (!m_kept.empty() && dueTime() && *dueTime() <= m_now)
            runRound();
    }
    void advance(int time)
    {
        const int end = m_now + time;
        turn();
        while (!m_kept.empty() && dueTime() && *dueTime() <= end) {
            m_now = *dueTime();
            turn();
        }
        m_now = end;
        turn();
    }
    void deliver()
    {
        if (!m_kept.empty())
            runRound();
    }
    void drop()
    {
        dropped += m_kept.size();
        m_kept.clear();
    }

private:
    struct Item
    {
        int key;
        int event;
    };

    void postKeyed(int key, int event)
    {
        const auto same = std::find_if(m_kept.begin(), m_kept.end(), [key](const Item &item) { return item.key == key; });
        if (same == m_kept.end()) {
            m_kept.push_back({key, event});
            return;
        }
        if (m_keep == Keep::NewestBy)
            same->event = event;
        else
            plain::add(same->event, int(event));
        ++merged;
    }
    // None: on demand.
    std::optional<int> dueTime() const
    {
        switch (m_when) {
        case When::Soon:
            return m_now;
        case When::EveryTurn:
        case When::Every:
            return std::max(m_now, m_nextRound);
        case When::QuietFor:
            return std::max(m_now, m_lastPost + interval);
        case When::OnDemand:
            break;
        }
        return {};
    }
    void runRound()
    {
        m_nextRound = m_now + (m_when == When::Every ? interval : 0);
        if (m_what == What::Batch) {
            std::vector<int> events;
            for (const Item &item : std::exchange(m_kept, {}))
                events.push_back(item.event);
            call(events);
            return;
        }
        for (std::size_t left = m_kept.size(); left > 0 && !m_kept.empty(); --left) {
            const int event = m_kept.front().event;
            m_kept.erase(m_kept.begin());
            call({event});
        }
    }
    void call(const std::vector<int> &events)
    {
        if (!isEnabled) {
            dropped += events.size();
            return;
        }
        const std::uint64_t losses = merged + dropped;
        const std::uint64_t lost = losses - std::exchange(m_told, losses);
        calls.push_back({events, m_what == What::Batch ? lost : 0});
        for (const int event : reacts ? events : std::vector<int>())
            reactTo(event, [this](int other) { post(other); });
    }

    const Keep m_keep;
    const When m_when;
    const Wanted m_wanted;
    const What m_what;
    std::vector<Item> m_kept;
    int m_now = 0;
    int m_lastPost = 0;
    int m_nextRound = 0;
    std::uint64_t m_told = 0;
};

// Does the same with the model and with a handler, in an order that is random, and compares them after each step. Empty: they are the
// same. Subject: post(), whileNothingIsDelivered(), settle(), drop(), setEnabled(), deliver(), advance(), calls() and numbers().
template <class Subject>
QString differenceFrom(PlainBacklog &model, Subject &&subject, RowRandom &random, int steps)
{
    QStringList log;
    const auto postSome = [&] {
        for (int count = 1 + random.below(8); count > 0; --count) {
            const int event = random.below(100);
            log.append(QString::number(event));
            subject.post(event);
            model.post(event);
        }
    };
    for (int step = 0; step < steps; ++step) {
        const int choice = random.below(8);
        if (choice < 3) {
            subject.whileNothingIsDelivered(postSome);
            model.turn();
        } else if (choice == 3) {
            subject.whileNothingIsDelivered([&] {
                postSome();
                log.append(QStringLiteral("drop"));
                subject.drop();
                model.drop();
                postSome();
            });
            model.turn();
        } else if (choice == 4) {
            model.isEnabled = !model.isEnabled;
            log.append(model.isEnabled ? QStringLiteral("enable") : QStringLiteral("disable"));
            subject.setEnabled(model.isEnabled);
        } else if (choice == 5 && model.isOnDemand()) {
            log.append(QStringLiteral("deliver"));
            subject.deliver();
            model.deliver();
        } else {
            const int time = random.below(interval + interval / 2);
            log.append(QStringLiteral("+%1").arg(time));
            subject.advance(time);
            model.advance(time);
        }
        subject.settle();
        const QString expected = textOf(model.calls) + model.numbers();
        if (const QString seen = subject.calls() + subject.numbers(); seen != expected)
            return QStringLiteral("%1: %2; expected %3").arg(log.join(QLatin1Char(' ')), seen, expected);
    }
    return {};
}
