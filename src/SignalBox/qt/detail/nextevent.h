// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>

#include <optional>

namespace SignalBox::detail {

/*! The promise behind AsyncRegistry::next(): of one event, or, if the handler ends without one, of none. */
template <class E>
class NextEvent
{
public:
    NextEvent() { m_promise.start(); }
    Q_DISABLE_COPY_MOVE(NextEvent)
    ~NextEvent()
    {
        if (!m_isFinished)
            finish(std::nullopt);
    }

    QFuture<std::optional<E>> future() const { return m_promise.future(); }
    void finish(std::optional<E> event)
    {
        m_isFinished = true;
        m_promise.addResult(std::move(event));
        m_promise.finish();
    }

private:
    QPromise<std::optional<E>> m_promise;
    bool m_isFinished = false;
};

} // namespace SignalBox::detail
