// SPDX-License-Identifier: MIT
#pragma once

#include "../../handlers.h"
#include "../targetthread.h"

#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

// What audio programs write by hand: a ring with one writer and one reader, and a timer of the reader's, here each millisecond. The list of
// handlers does not change.
class HandRing
{
public:
    static constexpr const char *name = "ring + timer";
    static constexpr std::size_t capacity = 1 << 15;

    explicit HandRing(TargetThread &target) : m_target(target)
    {
        m_target.run([this] {
            m_timer = std::make_unique<QTimer>();
            QObject::connect(m_timer.get(), &QTimer::timeout, [this] { take(); });
            m_timer->setTimerType(Qt::PreciseTimer);
            m_timer->start(1);
        });
    }
    ~HandRing()
    {
        m_target.run([this] { m_timer.reset(); });
    }
    Q_DISABLE_COPY_MOVE(HandRing)

    template <class Handler>
    void add(Handler handler)
    {
        m_handlers.emplace_back(std::move(handler));
    }

    // The event is lost if there is no room.
    void notify(const Event &event)
    {
        const std::size_t tail = m_tail.load(std::memory_order_relaxed);
        if (tail - m_head.load(std::memory_order_acquire) == capacity)
            return;
        (*m_places)[tail % capacity] = event;
        m_tail.store(tail + 1, std::memory_order_release);
    }

private:
    void take()
    {
        const std::size_t tail = m_tail.load(std::memory_order_acquire);
        for (std::size_t head = m_head.load(std::memory_order_relaxed); head != tail; ++head) {
            const Event event = (*m_places)[head % capacity];
            m_head.store(head + 1, std::memory_order_release);
            for (const auto &handler : m_handlers)
                handler(event);
        }
    }

    TargetThread &m_target;
    std::unique_ptr<QTimer> m_timer;
    std::vector<std::function<void(const Event &)>> m_handlers;
    const std::unique_ptr<std::array<Event, capacity>> m_places = std::make_unique<std::array<Event, capacity>>();
    alignas(64) std::atomic<std::size_t> m_tail{0};
    alignas(64) std::atomic<std::size_t> m_head{0};
};

} // namespace SignalBoxBenchmark
