// SPDX-License-Identifier: MIT
#include "signalload.h"

#include <SignalBox/OsSignals>

#include <csignal>

using SignalBox::OsSignals;

SignalLoad::SignalLoad()
{
    m_guard = OsSignals::instance()->registerGuard(SIGUSR1, &m_context, [this] {
        ++m_arrived;
        ++counts.signals;
    });
    ADDS_UP(m_guard.isActive());
}

void SignalLoad::step()
{
    // Another signal is caught and let go, which sets and restores its disposition.
    if (++m_steps % 10 == 0) {
        const auto guard = OsSignals::instance()->registerGuard(SIGUSR2, &m_context, [] {});
        ADDS_UP(guard.isActive());
        ++counts.registrations;
    }
    // Signals that wait are merged: one at a time, each is a call.
    if (!isIdle())
        return;
    ++m_raised;
    ADDS_UP(std::raise(SIGUSR1) == 0);
}
