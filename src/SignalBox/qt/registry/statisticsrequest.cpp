// SPDX-License-Identifier: MIT
#include <SignalBox/qt/registry/statisticsrequest.h>

#include <SignalBox/qt/routes/registrylink.h>
#include <SignalBox/qt/registry/registryobject.h>

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
