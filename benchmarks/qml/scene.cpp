// SPDX-License-Identifier: MIT
#include "scene.h"

#include <QtQml/qqmlcontext.h>

#include <stdexcept>

namespace SignalBoxBenchmark {

Scene::Scene()
{
    QQmlEngine::setObjectOwnership(&m_source, QQmlEngine::CppOwnership);
    m_engine.rootContext()->setContextProperty(QStringLiteral("source"), &m_source);
    m_sink = create(*component("import QtQml\nQtObject { property int last: 0; property real total: 0 }"));
    m_engine.rootContext()->setContextProperty(QStringLiteral("sink"), m_sink.get());
}

std::unique_ptr<QQmlComponent> Scene::component(const QByteArray &text)
{
    auto result = std::make_unique<QQmlComponent>(&m_engine);
    result->setData(text, QUrl(QStringLiteral("benchmark.qml")));
    if (!result->isReady())
        throw std::runtime_error(qPrintable(result->errorString()));
    return result;
}

std::unique_ptr<QObject> Scene::create(QQmlComponent &component)
{
    std::unique_ptr<QObject> result(component.create());
    if (!result)
        throw std::runtime_error(qPrintable(component.errorString()));
    return result;
}

int Scene::seenBy() const
{
    return m_sink->property("last").toInt();
}

QVariantMap mapEvent()
{
    return {{QStringLiteral("name"), QStringLiteral("a.txt")},
            {QStringLiteral("size"), 2048},
            {QStringLiteral("done"), true}};
}

} // namespace SignalBoxBenchmark
