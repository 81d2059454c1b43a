// SPDX-License-Identifier: MIT
#pragma once

#include "workerthread.h"

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <mutex>
#include <vector>

// What a handler has seen, and on which thread.
class Record
{
public:
    void add(int event)
    {
        const std::lock_guard lock(m_mutex);
        m_events.push_back(event);
        m_threads.push_back(QThread::currentThread());
    }
    std::vector<int> events() const
    {
        const std::lock_guard lock(m_mutex);
        return m_events;
    }
    std::vector<QThread *> threads() const
    {
        const std::lock_guard lock(m_mutex);
        return m_threads;
    }
    bool isAllOn(QThread *thread) const
    {
        const std::vector<QThread *> seen = threads();
        return std::count(seen.begin(), seen.end(), thread) == std::ssize(seen);
    }

private:
    mutable std::mutex m_mutex;
    std::vector<int> m_events;
    std::vector<QThread *> m_threads;
};

inline std::vector<int> upTo(int count)
{
    std::vector<int> result;
    for (int i = 0; i < count; ++i)
        result.push_back(i);
    return result;
}

// A context that a test moves about: made on a worker, which may be gone before it.
struct Context
{
    explicit Context(WorkerThread &home) : object(new QObject) { object->moveToThread(home.thread()); }
    ~Context()
    {
        if (object)
            SignalBox::detail::postCall(object, [doomed = object] { delete doomed; });
    }
    Q_DISABLE_COPY_MOVE(Context)

    QObject *object;
};
