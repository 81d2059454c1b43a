// SPDX-License-Identifier: MIT
#pragma once

#include "../../handlers.h"
#include "../targetthread.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace SignalBoxBenchmark {

// The newest event alone, as it is written by hand: a slot under a mutex, and one event to wake the target when it was
// empty. One handler.
class MutexSlot
{
public:
    static constexpr const char *name = "mutex + slot";

    explicit MutexSlot(TargetThread &target) : m_target(target), m_receiver(new Receiver(*this))
    {
        m_receiver->moveToThread(target.context()->thread());
    }
    ~MutexSlot()
    {
        m_target.run([this] { delete m_receiver; });
    }
    Q_DISABLE_COPY_MOVE(MutexSlot)

    template <class Handler>
    void add(Handler handler)
    {
        m_handler = std::move(handler);
    }

    void notify(const Event &event)
    {
        bool wasEmpty = false;
        {
            const std::scoped_lock lock(m_mutex);
            wasEmpty = !m_slot;
            m_slot = event;
        }
        if (wasEmpty)
            QCoreApplication::postEvent(m_receiver, new QEvent(QEvent::User));
    }

private:
    class Receiver final : public QObject
    {
    public:
        explicit Receiver(MutexSlot &slot) : m_slot(slot) {}
        bool event(QEvent *event) override
        {
            if (event->type() != QEvent::User)
                return QObject::event(event);
            m_slot.deliver();
            return true;
        }

    private:
        MutexSlot &m_slot;
    };

    void deliver()
    {
        std::optional<Event> event;
        {
            const std::scoped_lock lock(m_mutex);
            m_slot.swap(event);
        }
        if (event)
            m_handler(*event);
    }

    TargetThread &m_target;
    Receiver *m_receiver;
    std::function<void(const Event &)> m_handler;
    std::mutex m_mutex;
    std::optional<Event> m_slot;
};

} // namespace SignalBoxBenchmark
