// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/taskoperation.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <mutex>

namespace SignalBox::detail {

/*! Waits for a change of a watch. The part of the operation of AsyncWatch::changed() that does not depend on the type of the value. */
class SIGNALBOX_QT_EXPORT WatchOperation : public TaskOperation
{
protected:
    WatchOperation() noexcept = default;
    ~WatchOperation() override;

private:
    friend class WatchWaiters;

    // Under the mutex of the list.
    bool m_isWaiting = false;
    WatchOperation *m_previous = nullptr;
    WatchOperation *m_next = nullptr;
};

/*! The coroutines that wait for changes of one watch. Thread-safe. */
class SIGNALBOX_QT_EXPORT WatchWaiters
{
public:
    WatchWaiters() noexcept = default;
    Q_DISABLE_COPY_MOVE(WatchWaiters)
    ~WatchWaiters() = default;

    void add(WatchOperation &operation) noexcept;
    /*! Before the operation goes: it is told no more. */
    void remove(WatchOperation &operation) noexcept;
    /*! Each has another look, from its loop. */
    void tellAll() noexcept;
    /*! There are no changes any more. */
    void end() noexcept;
    bool isOver() const noexcept;

private:
    mutable std::mutex m_mutex; // guards the list; no code of the program runs under it
    WatchOperation *m_first = nullptr;
    bool m_isOver = false;
};

} // namespace SignalBox::detail
