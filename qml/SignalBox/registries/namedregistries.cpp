// SPDX-License-Identifier: MIT
#include <SignalBox/registries/namedregistries_p.h>

#include <SignalBox/qt/observing/registrydirectory.h>
#include <SignalBox/qt/registry/registryobject.h>

#include <QtCore/qstring.h>
#include <QtQml/qqmlengine.h>

namespace SignalBox::detail {

std::vector<RegistryObject *> namedRegistries(const QString &name, const QQmlEngine *engine)
{
    std::vector<RegistryObject *> registries;
    const std::vector<QObject *> newestFirst = RegistryDirectory::instance().find(name);
    for (auto named = newestFirst.crbegin(); named != newestFirst.crend(); ++named) {
        auto *const registry = static_cast<RegistryObject *>(*named);
        const QQmlEngine *const home = qmlEngine(registry);
        if (!home || home == engine)
            registries.push_back(registry);
    }
    return registries;
}

} // namespace SignalBox::detail
