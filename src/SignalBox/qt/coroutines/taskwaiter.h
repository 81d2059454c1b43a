// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

namespace SignalBox::detail {

/*! Waits for the end of a spawned task. A node of the list of its TaskDriver, guarded by the mutex of that. */
class TaskWaiter
{
public:
    enum class Kind {
        Told, // end() is called under the mutex, and calls no code of the program
        Called, // end() is called without it
    };

    explicit TaskWaiter(Kind kind) noexcept : m_kind(kind) {}
    Q_DISABLE_COPY_MOVE(TaskWaiter)

protected:
    ~TaskWaiter() = default;

private:
    friend class TaskDriver;

    /*! The task has ended; this is in no list any more. On the thread that has ended it. */
    virtual void end() noexcept = 0;

    const Kind m_kind;
    bool m_isWaiting = false;
    TaskWaiter *m_previous = nullptr;
    TaskWaiter *m_next = nullptr;
};

} // namespace SignalBox::detail
