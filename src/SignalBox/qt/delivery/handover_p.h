// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qglobal.h>
#include <QtCore/qobject.h>

#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*!
    A function that one thread gives to Qt and another thread gets from it, in a queued call or a connection; it says so to
    ThreadSanitizer. Elsewhere it is the function and nothing more.
*/
template <class F>
class HandOver
{
public:
    explicit HandOver(F function) : m_function(std::move(function)) { SanitizerOrder::release(this); }
    HandOver(HandOver &&other) noexcept : m_function(std::move(other.m_function)) { SanitizerOrder::release(this); }
    ~HandOver() { SanitizerOrder::acquire(this); }
    Q_DISABLE_COPY(HandOver)
    HandOver &operator=(HandOver &&) = delete;

    template <class... Arguments>
        requires std::is_invocable_v<F &, const Arguments &...>
    void operator()(const Arguments &...arguments)
    {
        SanitizerOrder::acquire(this);
        m_function(arguments...);
        SanitizerOrder::release(this);
    }

private:
    F m_function;
};

/*!
    Calls \a function on the thread of \a receiver, through its event loop, or destroys it with the receiver. Nothing else of this library
    uses Qt's own queue.
*/
template <class F>
void postCall(QObject *receiver, F function)
{
    QMetaObject::invokeMethod(receiver, HandOver(std::move(function)), Qt::QueuedConnection);
}

/*!
    Waits until the call of QObject::moveToThread() that has brought \a object to the calling thread is over. Qt moves the children after
    the object, one by one, and walks over the list of them meanwhile. It holds the mutex of both threads' queues from before until after
    that; this takes that mutex, by the removal of events that are never posted.
*/
inline void awaitMove(QObject *object)
{
    QCoreApplication::removePostedEvents(object, QEvent::ThreadChange);
}

} // namespace SignalBox::detail
