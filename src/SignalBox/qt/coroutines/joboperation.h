// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/taskoperation.h>
#include <SignalBox/qt/registry/handlertarget.h>
#include <SignalBox/qt/qt_export.h>

#include <memory>

namespace SignalBox::detail {

/*!
    Has something called on another thread. The part of runOn() that does not depend on what that is. The callable and its result lie in the
    frame of the coroutine: who derives from this calls withdraw() before they go.
*/
class SIGNALBOX_QT_EXPORT JobOperation : public TaskOperation
{
protected:
    explicit JobOperation(ThreadTarget target) noexcept : m_thread(target.thread()) {}
    explicit JobOperation(PoolTarget target) noexcept : m_pool(target.pool()) {}
    ~JobOperation() override;

    /*! On the other thread. */
    virtual void call() noexcept = 0;
    /*! Skips a call that has not begun, and waits for one that has. */
    void withdraw() noexcept;

    bool hasTarget() const noexcept { return m_thread || m_pool; }
    void beginCall(TaskDriver &driver);
    static void warnWithoutTarget();

private:
    struct Shared;
    class Job;
    class PoolJob;
    class ThreadJob;

    QThread *const m_thread = nullptr;
    QThreadPool *const m_pool = nullptr;
    std::shared_ptr<Shared> m_shared; // null: not begun
};

} // namespace SignalBox::detail
