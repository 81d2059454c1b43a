// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>

#include <memory>

namespace SignalBox {
class RegistryObject;
}

namespace SignalBox::detail {

class RegistryLink;

/*!
    Has a registry's statistics counted for as long as it lives, whatever RegistryObject::setStatisticsEnabled() says: for those
    who show them, of which there may be several. May outlive the registry. Reentrant.
*/
class SIGNALBOX_QT_EXPORT StatisticsRequest
{
public:
    explicit StatisticsRequest(const RegistryObject &registry);
    ~StatisticsRequest();
    Q_DISABLE_COPY_MOVE(StatisticsRequest)

private:
    const std::shared_ptr<RegistryLink> m_link;
};

} // namespace SignalBox::detail
