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
    Calls \a function on the thread of \a receiver, through its event loop, or destroys it with the receiver. This library posts functions
    through Qt's own queue only here.
*/
template <class F>
void postCall(QObject *receiver, F function)
{
    QMetaObject::invokeMethod(receiver, HandOver(std::move(function)), Qt::QueuedConnection);
}

/*!
    Waits until QObject::moveToThread(), which has brought \a object to the calling thread, has moved its children, too. Qt moves them one by
    one, after the object, and holds the mutexes of both threads' queues of events for all of it. Removing events takes that mutex;
    ThreadChange is sent and never posted, so no event is removed.
*/
inline void awaitMove(QObject *object)
{
    QCoreApplication::removePostedEvents(object, QEvent::ThreadChange);
}

} // namespace SignalBox::detail
