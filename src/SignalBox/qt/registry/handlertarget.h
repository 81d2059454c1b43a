// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <QtCore/qglobal.h>

#include <concepts>
#include <cstddef>
#include <type_traits>

QT_BEGIN_NAMESPACE
class QObject;
class QThread;
class QThreadPool;
QT_END_NAMESPACE

namespace SignalBox {

/*!
    \class SignalBox::ThreadTarget
    \brief The target of a handler that runs on a thread. Made by onThread().

    \plainvalue

    \code
    loaded.registerHandler(SignalBox::onThread(&worker), [](const Progress &progress) { store(progress); });
    \endcode
*/
class ThreadTarget
{
public:
    /*! As onThread(). */
    constexpr explicit ThreadTarget(QThread *thread) noexcept : m_thread(thread) {}
    /*! The thread on which the handler runs. */
    constexpr QThread *thread() const noexcept { return m_thread; }

private:
    QThread *m_thread;
};

/*!
    \class SignalBox::PoolTarget
    \brief The target of a handler that runs in a thread pool. Made by inPool().

    \plainvalue

    \code
    loaded.registerHandler(SignalBox::inPool(&pool), [](const Progress &progress) { compress(progress); });
    \endcode
*/
class PoolTarget
{
public:
    /*! As inPool(). */
    constexpr explicit PoolTarget(QThreadPool *pool) noexcept : m_pool(pool) {}
    /*! The pool in which the handler runs. */
    constexpr QThreadPool *pool() const noexcept { return m_pool; }

private:
    QThreadPool *m_pool;
};

/*!
    The handler runs on \a thread itself, in the event loop that QThread::run() runs. The QThread object usually lives
    elsewhere, on the thread that created it. For a handler that runs there, as with QObject::connect(), pass
    `static_cast<QObject *>(thread)` as the context. The handler ends with the QThread object. A thread that has finished may be started
    again, so its handlers stay.
*/
[[nodiscard]] constexpr ThreadTarget onThread(QThread *thread) noexcept
{
    return ThreadTarget(thread);
}

/*! The handler runs on any thread of \a pool, on one at a time. It ends with the pool. */
[[nodiscard]] constexpr PoolTarget inPool(QThreadPool *pool) noexcept
{
    return PoolTarget(pool);
}

namespace detail {

// A pointer to a thread or pool, or to what derives from one: it does not say which thread is meant.
template <class T>
concept AmbiguousTarget =
        !std::same_as<
                T,
                std::nullptr_t> && (std::convertible_to<const T &, const QThread *> || std::convertible_to<const T &, const QThreadPool *>);

// Where a handler may run.
template <class T>
concept HandlerTarget = std::convertible_to<const T &, QObject *> || std::same_as<T, ThreadTarget> || std::same_as<T, PoolTarget>;

// What a registration takes for its target, be it to refuse it.
template <class T>
concept HandlerPlace = HandlerTarget<T> || AmbiguousTarget<T> || std::is_member_function_pointer_v<T>;

// Refuses an ambiguous target, and says what to write instead.
template <class T>
constexpr void refuseTarget()
{
    static_assert(!AmbiguousTarget<T>, "write onThread(thread) or inPool(pool) for a handler that runs there, or static_cast<QObject *>(object) "
                                       "for one that runs where that object lives, as with QObject::connect()");
}

} // namespace detail

} // namespace SignalBox
