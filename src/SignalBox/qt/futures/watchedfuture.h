// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfuture.h>

#include <memory>
#include <type_traits>

namespace SignalBox::detail {

/*!
    A future of any result type, to be watched. It keeps the result: Qt destroys that, without a lock, with the last
    future or promise of its type, while a watcher that begins may be looking at it.
*/
class WatchedFuture
{
public:
    /*! Throws std::bad_alloc. */
    template <class T>
    explicit WatchedFuture(const QFuture<T> &future) : m_future(future)
    {
        if constexpr (!std::is_void_v<T>)
            m_keeper = std::make_shared<const QFuture<T>>(future);
    }

    const QFuture<void> &future() const noexcept { return m_future; }

private:
    std::shared_ptr<const void> m_keeper;
    QFuture<void> m_future;
};

} // namespace SignalBox::detail
