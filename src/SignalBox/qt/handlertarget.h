// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QThread;
class QThreadPool;
QT_END_NAMESPACE

namespace SignalBox {

/*!
    \class SignalBox::ThreadTarget
    \brief Says that a handler runs on a thread. onThread() makes it.

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
    \brief Says that a handler runs in a thread pool. inPool() makes it.

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
    The handler runs on \a thread itself: the code that QThread::run() runs, and its event loop. The QThread object lives
    elsewhere, mostly on the thread that has made it: a handler that is to run there, as QObject::connect() has it,
    has `static_cast<QObject *>(thread)` as its context.
*/
[[nodiscard]] constexpr ThreadTarget onThread(QThread *thread) noexcept
{
    return ThreadTarget(thread);
}

/*! The handler runs on some thread of \a pool, on one at a time. */
[[nodiscard]] constexpr PoolTarget inPool(QThreadPool *pool) noexcept
{
    return PoolTarget(pool);
}

namespace detail {

// A pointer to a thread or pool, or to what derives from one: it does not say which thread is meant.
template <class T>
concept AmbiguousTarget = !std::same_as<T, std::nullptr_t>
        && (std::convertible_to<const T &, const QThread *> || std::convertible_to<const T &, const QThreadPool *>);

} // namespace detail

} // namespace SignalBox
