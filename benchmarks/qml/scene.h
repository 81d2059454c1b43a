// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/AsyncRegistry>

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlengine.h>

#include <memory>
#include <vector>

namespace SignalBoxBenchmark {

// What the scripts listen to: the same event as a registry's and as a signal.
class Source : public QObject
{
    Q_OBJECT
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry CONSTANT FINAL)

public:
    SignalBox::RegistryObject *registry() { return &m_registry; }

    void post(const QVariantMap &event) { m_registry.post(event); }

Q_SIGNALS:
    void notified(const QVariantMap &event);

private:
    SignalBox::AsyncRegistry<QVariantMap> m_registry;
};

// An engine with a Source, and components created in it from text in which `source` and `sink` are known.
class Scene
{
public:
    Scene();

    Source &source() { return m_source; }
    // Throws std::runtime_error if the text is no component.
    std::unique_ptr<QQmlComponent> component(const QByteArray &text);
    std::unique_ptr<QObject> create(QQmlComponent &component);
    // How many scripts have seen an event of negative size.
    int seenBy() const;

private:
    Source m_source;
    QQmlEngine m_engine;
    std::unique_ptr<QObject> m_sink;
};

// The event of all questions, and the bodies of all handlers: both read a member of the event, as most do. The light one does
// nothing with it, so that as little as possible stands beside the calls that are compared; the other one adds it up.
QVariantMap mapEvent();
struct Body
{
    const char *name;
    const char *text;
};
inline constexpr Body lightBody{"reading", "if (event.size < 0) ++sink.last"};
inline constexpr Body summingBody{"summing", "sink.total += event.size; if (event.size < 0) ++sink.last"};

} // namespace SignalBoxBenchmark
