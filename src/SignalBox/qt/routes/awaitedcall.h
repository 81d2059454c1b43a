// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <exception>
#include <vector>

namespace SignalBox::detail {

class Completion;
class Notification;
class Route;
class RouteBase;

/*! A call of a handler whose function has returned, and which ends later: with a future, or with a coroutine. It keeps the route. */
class SIGNALBOX_QT_EXPORT AwaitedCall
{
public:
    enum class Ending { Returned, Stopped, Dropped };

    /*! The event that \a notification calls the handler with, for as long as the call lasts. */
    static EventPointer keepEvent(const Notification &notification) noexcept;

    explicit AwaitedCall(RouteBase &route) noexcept;
    Q_DISABLE_COPY_MOVE(AwaitedCall)
    ~AwaitedCall();

    /*!
        The deliveries of \a notification end with end() or fail(), as far as they are counted. Within the call, as the last thing that the
        handler does. False: they have ended already, as the future of their notify() was cancelled. Throws std::bad_alloc.
    */
    bool begin(const Notification &notification);
    void end(Ending ending) noexcept;
    /*! It has thrown, after its function has returned: tells who listens to the registry's failures. */
    void fail(const std::exception_ptr &exception) noexcept;

    Route &route() const noexcept { return m_route; }

private:
    Route &m_route;
    std::vector<Completion *> m_completions; // each with a reference
};

} // namespace SignalBox::detail
