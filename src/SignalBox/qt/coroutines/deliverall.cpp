// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/deliverall.h>

namespace SignalBox {

DeliverAll::TaskWait::~TaskWait() = default;

// Handlers run here; one of them may end the context, or the registry.
bool DeliverAll::TaskWait::isReady()
{
    if (!m_report && !m_later) {
        if (m_delivery.m_event)
            m_report = m_delivery.m_registry.notifyNow(std::move(m_delivery.m_event), m_delivery.m_deadline, m_later);
        else
            m_report.emplace();
    }
    return m_report || m_later->isFinished();
}

void DeliverAll::TaskWait::begin(detail::TaskDriver &driver)
{
    beginWith(driver, detail::WatchedFuture(*m_later));
}

DispatchReport DeliverAll::TaskWait::result()
{
    if (m_report)
        return *m_report;
    detail::SanitizerOrder::acquire(*m_later);
    if (!m_later->isFinished() || m_later->resultCount() == 0) // the application has ended before
        return {};
    return m_later->result();
}

} // namespace SignalBox
