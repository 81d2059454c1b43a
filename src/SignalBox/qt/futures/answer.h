// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qfuture.h>
#include <QtCore/qglobal.h>
#include <QtCore/qpromise.h>

#include <atomic>
#include <utility>

namespace SignalBox::detail {

/*!
    The sender's end of a future that always finishes: with what is given first, or with \a R's default when the last owner goes. Shared by all that may answer. Thread-safe.
*/
template <class R>
class Answer
{
public:
    Answer() { m_promise.start(); }
    ~Answer()
    {
        try {
            give(R());
        } catch (...) {
            // Without memory for the result the promise's own end finishes the future, as a cancelled one.
        }
    }
    Q_DISABLE_COPY_MOVE(Answer)

    QFuture<R> future() const { return m_promise.future(); }

    /*! None has been given yet, and the future is not cancelled. */
    bool isOpen() const { return !m_isGiven.load() && !m_promise.isCanceled(); }

    /*! Whether the future has it. False: there was an answer before, or the future has been cancelled, by any thread. */
    bool give(R result)
    {
        // Sequentially consistent, as it is off every hot path: exactly one answer.
        if (m_isGiven.exchange(true))
            return false;
        SanitizerOrder::acquire(m_promise);
        const bool isTaken = m_promise.addResult(std::move(result));
        SanitizerOrder::release(m_promise);
        m_promise.finish();
        return isTaken;
    }

private:
    QPromise<R> m_promise;
    std::atomic<bool> m_isGiven = false;
};

} // namespace SignalBox::detail
