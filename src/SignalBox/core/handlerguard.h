// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerid.h>

#include <ostream>
#include <utility>
#include <vector>

namespace SignalBox {

namespace detail {
class HandlerReference;
struct StandardPlatform;
template <class Platform>
struct HandlerNode;
} // namespace detail

/*!
    \class SignalBox::HandlerGuard
    \brief Owns one registration: the handler is registered while its guard lives.

    One move-only type for all registries, whatever their event type, so that guards of different
    registries share a container. The registry may be destroyed before the guard.

    The destructor and reset() unregister the handler, then wait until no other thread is inside it, even if it was
    already unregistered. Afterwards what the handler refers to may be freed. They wait for this handler only, not
    for others of the same registry. They do not wait for calls on the calling thread itself. A thread that is inside
    the handler, and finds that another thread has already unregistered it, does not wait at all.
    Two handlers that wait for each other deadlock, as two threads that join each other do. After one
    second the callback of setWaitReportCallback() is called.

    Declare a guard that is a member as the last member. Members are destroyed in reverse order, so the guard waits for
    its handler before the members that the handler uses are destroyed.

    \threadsafety Reentrant: separate guards may be used by separate threads at once; also guards of one registry.
    \cost Construction is that of registerHandler(). Ending: as unregister(), and one process-wide fence
    (benchmarks/PERFORMANCE.md has the figures; GuardSet needs one fence for many guards). Ending succeeds even if
    allocation fails, and moving allocates nothing.
    \lifetime The guard and its registry may be destroyed in any order.
    \errors No member throws.

    \code
    SignalBox::SyncRegistry<Saved> registry;
    {
        const auto guard = registry.registerGuard([](const Saved &file) { show(file.path); });
        registry.notify(Saved{"a.txt"}); // shown
    }
    registry.notify(Saved{"b.txt"}); // not shown
    \endcode
*/
class SIGNALBOX_CORE_EXPORT HandlerGuard
{
public:
    /*! An empty guard. */
    HandlerGuard() noexcept = default;
    HandlerGuard(const HandlerGuard &) = delete;
    HandlerGuard &operator=(const HandlerGuard &) = delete;
    /*! Takes the registration over; `other` is then empty. */
    HandlerGuard(HandlerGuard &&other) noexcept : m_node(std::exchange(other.m_node, nullptr)) {}
    /*! First resets this guard. Assigning a guard to itself does nothing. */
    HandlerGuard &operator=(HandlerGuard &&other) noexcept
    {
        if (this != &other) {
            HandlerGuard taken(std::move(other));
            reset();
            swap(taken); // destroying the callable may have re-entered this guard and filled it: `taken` ends that
        }
        return *this;
    }
    /*! As reset(). */
    ~HandlerGuard() { reset(); }

    /*! Exchanges the registrations; unregisters nothing. */
    void swap(HandlerGuard &other) noexcept { std::swap(m_node, other.m_node); }
    /*! As the member function. */
    friend void swap(HandlerGuard &a, HandlerGuard &b) noexcept { a.swap(b); }

    /*! Unregisters and waits, as described above. Does nothing if the guard is empty. */
    void reset() noexcept;

    /*! Unregisters without waiting: a call that another thread is in, or is just entering, goes on. */
    void unregister() noexcept;

    /*! Writes "HandlerGuard(42)"; "HandlerGuard()" if it is empty, ", unregistered" if its handler is. */
    friend std::ostream &operator<<(std::ostream &stream, const HandlerGuard &guard)
    {
        stream << "HandlerGuard(";
        if (guard.id().isValid())
            stream << guard.id().value() << (guard.isActive() ? "" : ", unregistered");
        return stream << ')';
    }

    /*! Makes the guard empty and leaves the handler registered. Returns its id; invalid if the guard was empty. */
    HandlerId release() noexcept;

    /*! The id of the handler; invalid if the guard is empty. Stays the same after the handler was unregistered. */
    [[nodiscard]] HandlerId id() const noexcept;

    /*! Whether the handler is registered now. False if the guard is empty. Lock-free. */
    [[nodiscard]] bool isActive() const noexcept;

private:
    template <class E>
    friend class SyncRegistry;
    friend class GuardSet;
    friend class detail::HandlerReference;
    using Node = detail::HandlerNode<detail::StandardPlatform>;

    explicit HandlerGuard(Node *node) noexcept : m_node(node) {}

    Node *m_node = nullptr;
};

/*!
    \class SignalBox::GuardSet
    \brief Guards that end together, with one fence for all: for a plugin or a dialog with many handlers.

    After reset() the library neither calls nor reads the code of the handlers: it may be unloaded.

    \threadsafety Reentrant.
    \cost add() allocates as a vector does. Ending n guards: one change of each of their registries, and one
    process-wide fence.
    \lifetime As HandlerGuard: the registries may be destroyed first.
    \errors Only add() throws.

    \code
    SignalBox::GuardSet guards;
    guards.add(saved.registerGuard(onSaved));
    guards.add(closed.registerGuard(onClosed));
    guards.reset(); // nobody is inside any of them any more
    \endcode
*/
class SIGNALBOX_CORE_EXPORT GuardSet
{
public:
    /*! An empty set. */
    GuardSet() noexcept = default;
    GuardSet(const GuardSet &) = delete;
    GuardSet &operator=(const GuardSet &) = delete;
    /*! Takes the guards over; `other` is empty then. */
    GuardSet(GuardSet &&other) noexcept = default;
    /*! First ends the guards of this set, as reset() does. */
    GuardSet &operator=(GuardSet &&other) noexcept
    {
        if (this != &other) {
            reset();
            m_guards = std::exchange(other.m_guards, {});
        }
        return *this;
    }
    /*! As reset(). */
    ~GuardSet() { reset(); }

    /*! Takes a guard over. Throws std::bad_alloc; the caller then keeps it. */
    void add(HandlerGuard &&guard) { m_guards.push_back(std::move(guard)); }

    /*! Unregisters all, then waits for each as HandlerGuard::reset() does. In any order. The set is empty afterwards. */
    void reset() noexcept;

    /*! How many guards there are, active or not. */
    [[nodiscard]] std::size_t count() const noexcept { return m_guards.size(); }

private:
    std::vector<HandlerGuard> m_guards;
};

} // namespace SignalBox
