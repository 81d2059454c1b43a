// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/handlerguard.h>
#    include <SignalBox/core/handlerid.h>
#    include <SignalBox/core/registry/handlerreference.h>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/qt/coroutines/taskoperation.h>
#    include <SignalBox/qt/futures/answer.h>
#    include <SignalBox/qt/futures/futureend.h>
#endif
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/registry/asyncregistry.h>
#include <SignalBox/qt/registry/registration.h>
#include <SignalBox/qt/streams/streamstate.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qfuture.h>
#include <QtCore/qobject.h>

#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

namespace SignalBox {

template <class E>
class NextEvent;

/*!
    \class SignalBox::EventStream
    \brief The events of an AsyncRegistry, one after the other, for coroutines and futures. Made by AsyncRegistry::stream().

    A stream has one handler for its whole life. Events that come between two awaits wait in the stream. None is lost unless the
    Backlog of its options says so: with Backlog::newestBy(), for example, one event of each key waits. The key is read
    again when an event arrives, so a merge must not change it. In a coroutine, `co_await stream` gives an std::optional<E>: the next event, or nothing at the end of
    the stream. For E = void it gives a bool. The coroutine resumes on the thread of the context. Any coroutine type can be used, such
    as Task and QCoro::Task. next() gives the same as a QFuture, with a deadline.

    The stream ends with its context, with the registry, or when its handler is unregistered. Events that have arrived before can
    still be taken. After those, each await gives nothing, at once. If a coroutine waits when the context is destroyed, it is resumed
    inside the destructor of the context.

    \threadsafety Create and use it on the thread of its context only. The registry may post, and be destroyed, on other threads.

    \ordering Events come in the order in which they reach the thread of the context; those of one producer keep their order. If several
    coroutines or futures wait, they get the next events in the order in which they began to wait.

    \cost A waiting event is not copied. An event that is taken is copied. `co_await` allocates nothing. If next() has to wait, it costs a
    registration and a message to the library's own thread.

    \errors If copying an event throws, `co_await` throws that. In next() it counts as a failure of the stream's handler, and
    the future gets the next event. An exception that leaves a coroutine in resume() counts as a failure, too.

    Store the result of `co_await` in a variable, as in the example: GCC 12 generates wrong code for `while (co_await stream)`.

    \lifetime Move-only. Destroying it unregisters the handler; coroutines and futures that wait get nothing. A coroutine may destroy the
    stream that resumes it.

    \code
    Task showAll(SignalBox::AsyncRegistry<Progress> &progress, Window *window)
    {
        auto stream = progress.stream(window);
        while (const std::optional<Progress> latest = co_await stream)
            window->show(*latest);
    }
    \endcode
*/
template <class E>
class EventStream
{
    static_assert(std::is_void_v<E> || std::is_copy_constructible_v<E>, "EventStream<E>: the event must be copyable, or void");
    using Value = std::conditional_t<std::is_void_v<E>, detail::NoEvent, E>;

public:
    /*! The result of an await: the event, or nothing at the end; for E = void, whether there was an event. */
    using Next = typename AsyncRegistry<E>::Next;

    /*! A stream that has ended. */
    EventStream() noexcept = default;
    EventStream(const EventStream &) = delete;
    EventStream &operator=(const EventStream &) = delete;
    /*! Takes over \a other, which has ended then. Coroutines and futures that wait keep waiting. */
    EventStream(EventStream &&other) noexcept = default;
    /*! Ends this stream first. */
    EventStream &operator=(EventStream &&other) noexcept
    {
        if (this != &other) {
            end();
            m_state = std::move(other.m_state);
            m_guard = std::move(other.m_guard);
        }
        return *this;
    }
    /*! Unregisters the handler. Coroutines and futures that wait get nothing. */
    ~EventStream() { end(); }

    /*!
        Returns a future of the oldest waiting event or, if none waits, of the next one. It is empty at the end of the stream, or when
        \a deadline passes. It finishes on the thread of the context; an empty one may finish on another thread. If it is cancelled, on any
        thread, the event goes to whoever waits next, or stays in the stream. If it was cancelled just after it got the event, the event is
        its result: QFuture::resultCount() is 1 then.
    */
    QFuture<Next> next(QDeadlineTimer deadline = QDeadlineTimer::Forever)
    {
        const auto answer = std::make_shared<detail::Answer<Next>>();
        QFuture<Next> future = answer->future();
        if (!m_state || m_state->isReady()) {
            const detail::EventPointer event = m_state ? m_state->take() : detail::EventPointer();
            answer->give(copyOf(event.get()));
            return future;
        }
        if (deadline.hasExpired())
            return future; // finished, empty, with the answer
        HandlerGuard owner = m_state->keepUntilEnd(answer);
        if (owner.isActive()) {
            m_state->addWaiter(*new FutureWaiter(*m_state, answer, detail::HandlerReference(owner)));
            detail::endWithFuture(owner, detail::WatchedFuture(future), deadline);
        }
        owner.release();
        return future;
    }

    /*! How many events its backlog has dropped or merged, up to the last event that has arrived. */
    quint64 lost() const noexcept { return m_state ? m_state->lost() : 0; }

    /*! Whether no event waits and no more will come. */
    bool isOver() const noexcept { return !m_state || m_state->isOver(); }

    /*! The id of its handler in the registry, for example to pause it. */
    HandlerId id() const noexcept { return m_guard.id(); }

    //! \cond What co_await uses
    class Awaiter final : private detail::StreamWaiter
    {
    public:
        explicit Awaiter(std::shared_ptr<detail::StreamState> state) noexcept : m_state(std::move(state)) {}
        Q_DISABLE_COPY_MOVE(Awaiter)
        // The coroutine may be destroyed while it waits.
        ~Awaiter()
        {
            if (m_isWaiting)
                m_state->removeWaiter(*this);
        }

        bool await_ready() const noexcept { return !m_state || m_state->isReady(); }
        void await_suspend(std::coroutine_handle<> coroutine) noexcept
        {
            m_coroutine = coroutine;
            m_isWaiting = true;
            m_state->addWaiter(*this);
        }
        Next await_resume()
        {
            if (!m_event && !m_hasResumed && m_state)
                m_event = m_state->take();
            return copyOf(m_event.get());
        }

    private:
        bool give(const detail::Event *event) override
        {
            m_isWaiting = false;
            m_hasResumed = true;
            if (event) {
                event->addReference();
                m_event = detail::EventPointer(event);
            }
            m_coroutine.resume(); // ends this
            return true;
        }

        const std::shared_ptr<detail::StreamState> m_state; // null: the stream was empty
        std::coroutine_handle<> m_coroutine;
        detail::EventPointer m_event;
        bool m_isWaiting = false;
        bool m_hasResumed = false;
    };

    // In a Task.
    class TaskWait final : private detail::TaskOperation, private detail::StreamWaiter
    {
    public:
        explicit TaskWait(const EventStream &stream) noexcept : m_state(stream.m_state.get()) {}
        ~TaskWait() override
        {
            if (m_isWaiting)
                m_state->removeWaiter(*this);
        }

        using detail::TaskOperation::hasCome;
        bool isReady() noexcept
        {
            if (m_isGiven)
                return true;
            if (m_state && !m_state->isHere())
                m_state = nullptr;
            return !m_state || m_state->isReady();
        }
        // The stream may end before it begins.
        void hold()
        {
            if (m_state && !m_isGiven)
                m_held = m_state->shared_from_this();
        }
        void begin(detail::TaskDriver &driver) noexcept
        {
            setDriver(driver);
            if (!m_state || m_state->isReady()) { // what has begun before this, as a branch of whenAny(), has posted
                resume();
                return;
            }
            m_isWaiting = true;
            m_state->addWaiter(*this);
        }
        Next result()
        {
            if (!m_isGiven && m_state) {
                m_keptEvent = m_state->take();
                m_event = m_keptEvent.get();
            }
            return copyOf(m_event);
        }

    private:
        bool give(const detail::Event *event) override
        {
            m_isWaiting = false;
            if (!claim()) {
                m_state = nullptr;
                return false; // the next who waits gets it, or the stream keeps it
            }
            m_isGiven = true;
            m_event = event;
            // The end may come from a destructor, where nothing is resumed.
            const bool isResumedHere = event && driver().isHere();
            if (event && (!isResumedHere || driver().isRunning())) { // it is taken when this has returned
                event->addReference();
                m_keptEvent = detail::EventPointer(event);
            }
            if (isResumedHere)
                resume();
            else
                resumeFromLoop();
            return true;
        }

        // Null: the stream was empty, or is of another thread. Valid until the await begins, as the stream is there or is held; while it waits, as the
        // end of the stream gives nothing; and not used afterwards.
        detail::StreamState *m_state;
        std::shared_ptr<detail::StreamState> m_held;
        const detail::Event *m_event = nullptr;
        detail::EventPointer m_keptEvent;
        bool m_isWaiting = false;
        bool m_isGiven = false;
    };

    Awaiter operator co_await() const noexcept { return Awaiter(m_state); }

    EventStream(AsyncRegistry<E> &registry, QObject *context, const AsyncOptionsOf<E> &options, const SourceLocation &location)
    {
        const detail::HandlerSettings settings(options, "AsyncRegistry::stream()");
        m_state = detail::StreamState::make(context, settings, location);
        if (m_state)
            m_guard = detail::Registration(registry.link(), settings, location, context).add<detail::StreamHandler>(detail::StreamHandler(m_state));
        if (!m_guard.isActive())
            end();
    }
    //! \endcond

private:
    friend class NextEvent<E>;

    class FutureWaiter final : public detail::StreamWaiter
    {
    public:
        FutureWaiter(detail::StreamState &state, const std::shared_ptr<detail::Answer<Next>> &answer,
                     detail::HandlerReference owner) noexcept
            : m_state(state), m_answer(answer), m_owner(std::move(owner))
        {
        }

    private:
        bool isWaiting() const override
        {
            const auto answer = m_answer.lock();
            return answer && answer->isOpen();
        }
        bool give(const detail::Event *event) override
        {
            std::unique_ptr<FutureWaiter> self(this);
            const auto answer = m_answer.lock();
            if (!answer || !answer->isOpen())
                return false;
            Next copy = copyOf(event, self);
            m_owner.unregister();
            return answer->give(std::move(copy));
        }
        // What a copy throws is thrown before anything has happened: it goes on waiting.
        Next copyOf(const detail::Event *event, std::unique_ptr<FutureWaiter> &self) const
        {
            try {
                return EventStream::copyOf(event);
            } catch (...) {
                m_state.addFirstWaiter(*self.release());
                throw;
            }
        }
        void drop() noexcept override { delete this; }

        detail::StreamState &m_state; // its owner
        const std::weak_ptr<detail::Answer<Next>> m_answer; // kept until the end
        const detail::HandlerReference m_owner;
    };

    static Next copyOf(const detail::Event *event)
    {
        if constexpr (std::is_void_v<E>)
            return event != nullptr;
        else
            return event ? Next(static_cast<const detail::StoredEvent<Value> &>(*event).value()) : Next();
    }

    void end() noexcept
    {
        m_guard.reset();
        // On the stack, since what is resumed may destroy this.
        if (const auto state = std::move(m_state))
            state->end();
    }

    std::shared_ptr<detail::StreamState> m_state; // null: an empty stream
    HandlerGuard m_guard;
};

} // namespace SignalBox
