// SPDX-License-Identifier: MIT
#include <SignalBox/qt/detail/statisticsrequest.h>

#include <SignalBox/qt/detail/registrylink.h>
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
