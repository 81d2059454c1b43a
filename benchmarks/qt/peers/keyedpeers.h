// SPDX-License-Identifier: MIT
#pragma once

#include "../targetthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>

#include <QtCore/qbasictimer.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qelapsedtimer.h>

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>

// The newest value of each of many keys, for a handler on another thread.

namespace SignalBoxBenchmark {

template <class Key>
struct Update
{
    Key key;
    int value = 0;
};

// taken(batch) gets a range of what SignalBox hands out; for an interval of 0 once per turn of the loop.
template <class Key>
class NewestByPeer
{
public:
    static constexpr const char *name = "SignalBox";

    template <class Taken>
    NewestByPeer(TargetThread &target, int interval, Taken taken)
    {
        const auto newestBy = SignalBox::Backlog::newestBy(&Update<Key>::key);
        m_registry.registerHandler(target.context(), [taken](const SignalBox::EventBatch<Update<Key>> &batch) {
            for (const Update<Key> &update : batch)
                taken(update);
        }, {.backlog = interval == 0 ? newestBy : newestBy.every(interval)});
    }

    void post(const Update<Key> &update) { m_registry.post(update); }

private:
    SignalBox::AsyncRegistry<Update<Key>> m_registry;
};

// What a careful engineer writes by hand: sixteen maps, each under a mutex, which the target swaps against empty ones; and one event
// to wake the target, or a timer, when the interval is not over.
template <class Key>
class MutexMaps
{
public:
    static constexpr const char *name = "16 mutexes + maps";

    template <class Taken>
    MutexMaps(TargetThread &target, int interval, Taken taken) : m_target(target), m_receiver(new Receiver(*this, interval)), m_taken(taken)
    {
        m_receiver->moveToThread(target.context()->thread());
    }
    ~MutexMaps()
    {
        m_target.run([this] { delete m_receiver; });
    }
    Q_DISABLE_COPY_MOVE(MutexMaps)

    void post(const Update<Key> &update)
    {
        // The standard hash of a number is that number.
        const std::size_t hash = std::hash<Key>()(update.key);
        Shard &shard = m_shards[(hash ^ (hash >> 16)) % m_shards.size()];
        {
            const std::scoped_lock lock(shard.mutex);
            shard.newest.insert_or_assign(update.key, update);
        }
        if (!m_isWoken.load() && !m_isWoken.exchange(true))
            QCoreApplication::postEvent(m_receiver, new QEvent(QEvent::User));
    }

private:
    using Map = std::unordered_map<Key, Update<Key>>;
    struct alignas(64) Shard
    {
        std::mutex mutex;
        Map newest;
    };

    class Receiver final : public QObject
    {
    public:
        Receiver(MutexMaps &maps, int interval) : m_maps(maps), m_interval(interval) {}
        bool event(QEvent *event) override
        {
            if (event->type() == QEvent::User && m_interval != 0 && m_clock.isValid() && m_clock.elapsed() < m_interval) {
                m_timer.start(int(m_interval - m_clock.elapsed()), Qt::PreciseTimer, this);
            } else if (event->type() == QEvent::User || event->type() == QEvent::Timer) {
                m_timer.stop();
                m_clock.start();
                m_maps.deliver();
            } else {
                return QObject::event(event);
            }
            return true;
        }

    private:
        MutexMaps &m_maps;
        const int m_interval;
        QBasicTimer m_timer;
        QElapsedTimer m_clock;
    };

    void deliver()
    {
        m_isWoken = false;
        for (Shard &shard : m_shards) {
            Map newest;
            {
                const std::scoped_lock lock(shard.mutex);
                shard.newest.swap(newest);
            }
            for (const auto &[key, update] : newest)
                m_taken(update);
        }
    }

    TargetThread &m_target;
    Receiver *m_receiver;
    std::function<void(const Update<Key> &)> m_taken;
    std::array<Shard, 16> m_shards;
    std::atomic<bool> m_isWoken = false;
};

} // namespace SignalBoxBenchmark
