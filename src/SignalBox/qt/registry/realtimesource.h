// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/registry/asyncregistry.h>
#include <SignalBox/qt/sources/realtimebuffer.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::RealtimeSource
    \brief A way into an AsyncRegistry for a thread that must not wait: an audio callback, the thread of a driver, a control loop.
    Made by AsyncRegistry::addRealtimeSource().

    The thread offers events, and the registry's thread takes them from its event loop, at intervals, and posts each of them, in order, as
    AsyncRegistry::post() does. The producer is never delayed by that, and wakes nobody. If the registry's thread does not keep up, the
    source is full: offer() returns false and the event is counted in lost(). So the capacity is for the longest time that the registry's thread
    may not turn: 48 000 events a second and half a second need 24 000.

    Events are taken by real time, also while there is a TestClock: a test calls take(). A registry whose thread runs no event loop needs
    take() as well.

    \threadsafety offer() is for one producing thread at a time: two threads at the same time are undefined behaviour. In debug builds the second one
    is refused with a warning. If one thread goes on where another has stopped, the program orders the two. take() is for the registry's
    thread, at any time. lost() is for any thread. Assignment and destruction are for the thread that offers.

    \ordering Events arrive in the order in which they were offered. Two sources of one registry have no order between them. What the producer
    wrote before offer() is visible to the handlers.

    \cost offer() is wait-free: no lock, no allocation, no system call, a fixed number of instructions besides the move of the event. Memory for all
    events is made, and its pages are touched, when the source is made; whether they may be swapped out is up to the program (mlockall()).
    Destroying the source frees memory: not on the real-time path.

    \lifetime If the source is destroyed, all that was offered is still posted: at once on the registry's thread, else with its next look. A
    source may outlive its registry: offer() then returns false. What waits when the registry goes is destroyed on its thread and counted in lost();
    an event that is just being offered meanwhile may be destroyed with the source.

    \errors If memory is short when an event is posted, that event is lost, counted and logged. A source that was refused, has been moved from, or
    was made by the default constructor takes nothing.

    \code
    SignalBox::AsyncRegistry<Level> levels;
    auto meter = levels.addRealtimeSource(1024);
    levels.registerHandler(&window, &Window::showLevel, {.backlog = SignalBox::Backlog::newest().every(16)});
    audio.start([meter = std::move(meter)](const Block &block) mutable { meter.offer(levelOf(block)); });
    \endcode
*/
template <class E>
class RealtimeSource
{
    using Value = std::conditional_t<std::is_void_v<E>, detail::NoEvent, E>;
    using Buffer = detail::RealtimeBufferOf<Value>;

public:
    /*! A source of nothing. */
    RealtimeSource() noexcept = default;
    /*! Posts what it still has, on the registry's thread. */
    ~RealtimeSource() { end(); }
    /*! Takes over \a other, which is a source of nothing then. */
    RealtimeSource(RealtimeSource &&other) noexcept = default;
    /*! First ends what it was. */
    RealtimeSource &operator=(RealtimeSource &&other) noexcept
    {
        if (this != &other) {
            end();
            m_buffer = std::move(other.m_buffer);
        }
        return *this;
    }
    RealtimeSource(const RealtimeSource &) = delete;
    RealtimeSource &operator=(const RealtimeSource &) = delete;

    /*! Whether it is the source of a registry, which may have ended. */
    explicit operator bool() const noexcept { return m_buffer != nullptr; }

    /*!
        Takes the event, to be posted by the registry's thread. False: it is full, or the registry has ended; \a event is as it was, and counted in
        lost().
    */
    bool offer(Value &&event) noexcept
        requires(!std::is_void_v<E>)
    {
        return m_buffer && m_buffer->offer(std::move(event));
    }
    /*! The same with a copy, of a type whose copy constructor throws nothing. */
    bool offer(const Value &event) noexcept
        requires(!std::is_void_v<E> && std::is_nothrow_copy_constructible_v<Value>)
    {
        return offer(Value(event));
    }
    /*! The same for E = void. */
    bool offer() noexcept
        requires std::is_void_v<E>
    {
        return m_buffer && m_buffer->offer({});
    }

    /*! The events that it did not take, or that waited when the registry ended. Of a source of nothing: 0. */
    std::uint64_t lost() const noexcept { return m_buffer ? m_buffer->lost() : 0; }

    /*!
        On the registry's thread: posts what has been offered until now, without waiting for the interval. Returns the number of events. On another
        thread it warns and takes nothing.
    */
    qsizetype take() const { return m_buffer ? m_buffer->takeHere() : 0; }

    //! \cond Of AsyncRegistry
    RealtimeSource(AsyncRegistry<E> &registry, qsizetype capacity, std::chrono::milliseconds interval)
    {
        if (!detail::RealtimeBuffer::isPossible(registry, capacity, interval))
            return;
        m_buffer = std::make_shared<Buffer>(static_cast<std::size_t>(capacity), registry.makeSource());
        m_buffer->serve(registry, interval);
    }
    //! \endcond

private:
    void end() noexcept
    {
        if (m_buffer)
            m_buffer->end();
    }

    std::shared_ptr<Buffer> m_buffer;
};

} // namespace SignalBox
