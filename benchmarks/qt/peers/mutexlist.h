// SPDX-License-Identifier: MIT
#pragma once

#include "../../handlers.h"
#include "../targetthread.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qlist.h>

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

// What is written by hand where Qt's queue is too slow: a list under a mutex, and one event to wake the target when it
// was empty. The target takes the whole list and does not give way before its end. The list of handlers does not change.
class MutexList
{
public:
    static constexpr const char *name = "mutex + QList";

    explicit MutexList(TargetThread &target) : m_target(target), m_receiver(new Receiver(*this))
    {
        m_receiver->moveToThread(target.context()->thread());
    }
    ~MutexList()
    {
        m_target.run([this] { delete m_receiver; });
    }
    Q_DISABLE_COPY_MOVE(MutexList)

    template <class Handler>
    void add(Handler handler)
    {
        m_handlers.emplace_back(std::move(handler));
    }

    // The same for a handler of all events that were taken at once.
    template <class Handler>
    void addForBatches(Handler handler)
    {
        m_batchHandlers.emplace_back(std::move(handler));
    }

    void notify(const Event &event)
    {
        bool wasEmpty = false;
        {
            const std::scoped_lock lock(m_mutex);
            wasEmpty = m_waiting.isEmpty();
            m_waiting.append(event);
        }
        if (wasEmpty)
            QCoreApplication::postEvent(m_receiver, new QEvent(QEvent::User));
    }

private:
    class Receiver final : public QObject
    {
    public:
        explicit Receiver(MutexList &list) : m_list(list) {}
        bool event(QEvent *event) override
        {
            if (event->type() != QEvent::User)
                return QObject::event(event);
            m_list.deliver();
            return true;
        }

    private:
        MutexList &m_list;
    };

    void deliver()
    {
        QList<Event> events;
        {
            const std::scoped_lock lock(m_mutex);
            m_waiting.swap(events);
        }
        for (const Event &event : std::as_const(events)) {
            for (const auto &handler : m_handlers)
                handler(event);
        }
        for (const auto &handler : m_batchHandlers)
            handler(events);
    }

    TargetThread &m_target;
    Receiver *m_receiver;
    std::vector<std::function<void(const Event &)>> m_handlers;
    std::vector<std::function<void(const QList<Event> &)>> m_batchHandlers;
    std::mutex m_mutex;
    QList<Event> m_waiting;
};

} // namespace SignalBoxBenchmark
