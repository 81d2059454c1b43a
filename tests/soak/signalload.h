// SPDX-License-Identifier: MIT
#pragma once

#include "counts.h"

#include <SignalBox/HandlerGuard>

#include <QtCore/qobject.h>

// A signal of the operating system, raised again when it has arrived.
class SignalLoad
{
public:
    SignalLoad();

    // By the main thread.
    void step();
    bool isIdle() const { return m_arrived == m_raised; }

private:
    QObject m_context;
    SignalBox::HandlerGuard m_guard;
    std::uint64_t m_raised = 0;
    std::uint64_t m_arrived = 0;
    int m_steps = 0;
};
