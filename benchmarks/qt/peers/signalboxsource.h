// SPDX-License-Identifier: MIT
#pragma once

#include "../../peers/qtdirectconnection.h"
#include "../targetthread.h"

#include <SignalBox/Connect>

#include <utility>

namespace SignalBoxBenchmark {

// A Qt signal that is the source of the handlers.
class SignalBoxSource
{
public:
    static constexpr const char *name = "SignalBox source";

    explicit SignalBoxSource(TargetThread &target) : m_context(target.context())
    {
        m_registry.addSource(&m_sender, &QtSender::notified);
    }

    template <class Handler>
    void add(Handler handler)
    {
        m_registry.registerHandler(m_context, std::move(handler));
    }

    void notify(const Event &event) { Q_EMIT m_sender.notified(event); }

private:
    QObject *m_context;
    QtSender m_sender;
    SignalBox::AsyncRegistry<Event> m_registry;
};

// The same by connect().
class SignalBoxConnect
{
public:
    static constexpr const char *name = "SignalBox connect";

    explicit SignalBoxConnect(TargetThread &target) : m_context(target.context()) {}

    template <class Handler>
    void add(Handler handler)
    {
        SignalBox::connect(&m_sender, &QtSender::notified, m_context, std::move(handler));
    }

    void notify(const Event &event) { Q_EMIT m_sender.notified(event); }

private:
    QObject *m_context;
    QtSender m_sender;
};

} // namespace SignalBoxBenchmark
