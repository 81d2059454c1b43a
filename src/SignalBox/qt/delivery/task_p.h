// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <memory>
#include <utility>

namespace SignalBox::detail {

class Mailbox;

/*! Something to be done on another thread. Destroyed there too, unless that thread is over. */
class SIGNALBOX_QT_EXPORT Task : private QueueEntry
{
public:
    Task() noexcept { target = Work; }
    virtual ~Task() = default;
    Q_DISABLE_COPY_MOVE(Task)

    virtual void run() noexcept = 0;
    /*! Instead of run(), where the mailbox has closed: ends the task. What it queues in that mailbox is dropped afterwards. */
    virtual void drop() noexcept { delete this; }

private:
    friend class Mailbox;
};

/*! A task that calls \a function, which lives as long as the task. Throws std::bad_alloc. */
template <class F>
std::unique_ptr<Task> makeTask(F function)
{
    class FunctionTask final : public Task
    {
    public:
        explicit FunctionTask(F &&called) : m_function(std::move(called)) {}
        void run() noexcept override { m_function(); }

    private:
        F m_function;
    };
    return std::make_unique<FunctionTask>(std::move(function));
}

} // namespace SignalBox::detail
