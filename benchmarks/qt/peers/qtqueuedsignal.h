// SPDX-License-Identifier: MIT
#pragma once

#include "../../peers/qtdirectconnection.h"
#include "../targetthread.h"

#include <utility>

namespace SignalBoxBenchmark {

// A Qt signal with queued connections to functors: what a Qt program does first.
class QtQueuedSignal
{
public:
    static constexpr const char *name = "Qt queued signal";

    explicit QtQueuedSignal(TargetThread &target) : m_context(target.context()) {}

    template <class Handler>
    void add(Handler handler)
    {
        QObject::connect(&m_sender, &QtSender::notified, m_context, std::move(handler), Qt::QueuedConnection);
    }

    void notify(const Event &event) { Q_EMIT m_sender.notified(event); }

private:
    QObject *m_context;
    QtSender m_sender;
};

} // namespace SignalBoxBenchmark
