// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/registry/lastingcalls.h>
#    include <SignalBox/core/sourcelocation.h>
#endif
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/registry/handlertarget.h>

#include <QtCore/qglobal.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

class TaskDriver;
class TaskHub;

/*! The coroutines of one handler that have not ended. Kept by the handler and by each of them. Thread-safe. */
class SIGNALBOX_QT_EXPORT HandlerCoroutines final : public LastingCalls
{
public:
    /*! One of them. */
    class Member
    {
    public:
        explicit Member(TaskDriver &task) noexcept : m_task(task) {}
        Q_DISABLE_COPY_MOVE(Member)

    private:
        friend class HandlerCoroutines;

        TaskDriver &m_task;
        Member *m_newer = nullptr;
        Member *m_older = nullptr;
        bool m_isListed = false;
        bool m_isAskedToEnd = false;
        std::uint64_t m_lookedAt = 0; // in which round
        std::thread::id m_leaving;    // tells of its end
    };

    /*! They belong to \a context. */
    HandlerCoroutines(QObject *context, const SourceLocation &registeredAt) noexcept;
    /*! They belong to the thread. */
    HandlerCoroutines(ThreadTarget target, const SourceLocation &registeredAt) noexcept;
    ~HandlerCoroutines() override;

    const SourceLocation &registeredAt() const noexcept { return m_registeredAt; }

    /*! One is about to begin, on the calling thread, which is that of the handler. Returns where they run. Throws std::bad_alloc, and has then not
        added it. */
    std::shared_ptr<TaskHub> add(Member &member);
    /*! It has ended, and the calling thread is about to tell of that: this one does not wait for it. */
    void leave(Member &member) noexcept;
    /*! That is told. */
    void remove(Member &member) noexcept;

    void end() noexcept override;
    void wait(const WaitReport &report) noexcept override;

private:
    void addToList(Member &member) noexcept;
    Member *nextToEnd() const noexcept;
    Member *nextToLookAt(std::uint64_t round) const noexcept;
    bool isWaitedFor(const Member &member) const noexcept;
    bool hasOthers() const noexcept;
    void endWhatNoLoopEnds(std::unique_lock<std::mutex> &lock) noexcept;

    QObject *const m_context; // null: of the thread
    const SourceLocation m_registeredAt;

    mutable std::mutex m_mutex; // guards what follows, and the list's nodes; never held while code of the program runs
    std::condition_variable m_hasEnded;
    std::shared_ptr<TaskHub> m_hub; // null: none has begun
    Member *m_newest = nullptr;
    std::uint64_t m_rounds = 0; // in which waiters have looked at all
};

} // namespace SignalBox::detail
