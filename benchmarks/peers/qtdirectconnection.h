// SPDX-License-Identifier: MIT
#pragma once

#include "../handlers.h"

#include <QtCore/qobject.h>

#include <utility>

namespace SignalBoxBenchmark {

class QtSender : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void notified(const SignalBoxBenchmark::Event &event);
};

// A Qt signal with direct connections to functors. One context object serves all of them, which spares Qt a QObject
// per handler. Thread-safe and reentrant; no priorities; a functor that was disconnected may be running still.
class QtDirectConnection
{
public:
    static constexpr const char *name = "Qt direct connection";
    static constexpr bool isThreadSafe = true;
    static constexpr bool hasPriorities = false;

    using Handle = QMetaObject::Connection;

    template <class Handler>
    Handle add(Handler handler, int = 0)
    {
        return QObject::connect(&m_sender, &QtSender::notified, &m_receiver, std::move(handler), Qt::DirectConnection);
    }

    void remove(const Handle &connection) { QObject::disconnect(connection); }
    void clear() { QObject::disconnect(&m_sender, &QtSender::notified, nullptr, nullptr); }
    void notify(const Event &event) { Q_EMIT m_sender.notified(event); }

private:
    QObject m_receiver;
    QtSender m_sender;
};

} // namespace SignalBoxBenchmark
