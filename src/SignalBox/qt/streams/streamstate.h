// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/qt/backlogs/eventpolicy.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/routes/handlersettings.h>
#include <SignalBox/qt/routes/routedhandler.h>

#include <QtCore/qobject.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace SignalBox::detail {

class StreamState;

/*! Waits for the next event of a stream, behind those that began earlier. On the thread of the stream's context. */
class StreamWaiter
{
public:
    StreamWaiter() = default;
    Q_DISABLE_COPY_MOVE(StreamWaiter)

protected:
    ~StreamWaiter() = default;

private:
    friend class StreamState;

    /*! Gets an event, or null at the end, and is not in the list any more. False: it does not want the event, and is gone.
        Runs foreign code, whose exceptions it passes on. */
    virtual bool give(const Event *event) = 0;
    /*! Whether it still waits. */
    virtual bool isWaiting() const { return true; }
    /*! It leaves the list unasked. */
    virtual void drop() noexcept {}

    StreamWaiter *m_next = nullptr;
};

/*!
    The events of a stream that wait, in an inbox of its own, and those who wait for events; never both. All on the thread of the context,
    except for tellEnd(). Shared by the stream, by its handler in the registry, and by awaiting coroutines. Deliveries end when an event
    arrives here, so no future waits for those who take it.

    The handler of the stream may end on any thread. That is told through a registry of the stream's own, whose handler runs on
    the thread of the context, wherever that moves; and by the context's destroyed().
*/
class SIGNALBOX_QT_EXPORT StreamState : public std::enable_shared_from_this<StreamState>
{
public:
    static std::shared_ptr<StreamState> make(QObject *context, const HandlerSettings &settings, const SourceLocation &location);
    explicit StreamState(const HandlerSettings &settings);
    ~StreamState();
    Q_DISABLE_COPY_MOVE(StreamState)

    /*! An event has arrived. \a lostBefore: what was lost on its way so far. The caller keeps this. False: it wants no more. */
    bool arrive(const Event &event, std::uint64_t lostBefore);
    /*! The handler has ended, on any thread. */
    void tellEnd() noexcept;
    /*! Nothing more comes: gives all that wait the end. */
    void end() noexcept;

    bool isReady() const noexcept { return m_hasEnded || hasEvent(); }
    bool isOver() const noexcept { return m_hasEnded && !hasEvent(); }
    /*! It ends with the first event for which nobody waits. */
    void endUnawaited() noexcept { m_endsUnawaited = true; }
    /*! Whether the context lives on the calling thread. False: with a warning. */
    bool isHere() const noexcept;
    /*! The oldest event that waits; null if there is none. */
    EventPointer take() noexcept;
    std::uint64_t lost() const noexcept;

    void addWaiter(StreamWaiter &waiter) noexcept
    {
        if (m_firstWaiter) [[unlikely]] {
            addLastWaiter(waiter);
        } else {
            waiter.m_next = nullptr;
            m_firstWaiter = &waiter;
        }
    }
    void addFirstWaiter(StreamWaiter &waiter) noexcept { waiter.m_next = std::exchange(m_firstWaiter, &waiter); }
    void removeWaiter(StreamWaiter &waiter) noexcept;
    /*! Keeps \a answer until the end, or until the guard's handler is unregistered, from whichever thread. */
    HandlerGuard keepUntilEnd(std::shared_ptr<void> answer);

private:
    class Ends;
    struct Arrived;

    bool hasEvent() const noexcept { return m_mayHaveEvent && countEvents() != 0; }
    std::uint64_t countEvents() const noexcept;
    void addLastWaiter(StreamWaiter &waiter) noexcept;
    // Keeps the event as its backlog says. Throws what the functions of the backlog throw.
    void keep(const Event &event);

    const std::unique_ptr<Ends> m_ends;
    QObject *m_context = nullptr; // null: ended
    QMetaObject::Connection m_contextEnd;
    const std::shared_ptr<const EventPolicy> m_policy; // null: the backlog has no functions
    const std::unique_ptr<Arrived> m_arrived;
    std::uint64_t m_lostBefore = 0;
    StreamWaiter *m_firstWaiter = nullptr;
    bool m_mayHaveEvent = false; // one was kept, and the last take() has left some
    bool m_hasEnded = false;
    bool m_endsUnawaited = false;
};

/*! The handler of a stream. */
class SIGNALBOX_QT_EXPORT StreamHandler
{
public:
    explicit StreamHandler(std::shared_ptr<StreamState> state) noexcept : m_state(std::move(state)) {}
    StreamHandler(StreamHandler &&other) noexcept = default;
    StreamHandler(const StreamHandler &) = delete;
    StreamHandler &operator=(const StreamHandler &) = delete;
    ~StreamHandler()
    {
        if (m_state)
            m_state->tellEnd();
    }

    Propagation operator()(const Notification &notification, RouteBase &route);

private:
    std::shared_ptr<StreamState> m_state; // null: moved from; it stays during a call, whatever that does to the stream
};

} // namespace SignalBox::detail
