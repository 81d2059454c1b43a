// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/statisticsrequest.h>

#include <SignalBox/qt/handlers/registrylink.h>
#include <SignalBox/qt/registryobject.h>

namespace SignalBox::detail {

StatisticsRequest::StatisticsRequest(const RegistryObject &registry)
    : m_link(registry.m_link)
{
    m_link->addStatisticsRequest();
}

StatisticsRequest::~StatisticsRequest()
{
    m_link->dropStatisticsRequest();
}

} // namespace SignalBox::detail
