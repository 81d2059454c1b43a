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

// An event as C++ has it.
struct File
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name FINAL)
    Q_PROPERTY(int size MEMBER size FINAL)

public:
    QString name;
    int size = 0;
};

// What the scripts listen to: the same event as a registry's and as a signal, for some types of events.
class Source : public QObject
{
    Q_OBJECT
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry CONSTANT FINAL)
    Q_PROPERTY(SignalBox::RegistryObject *files READ files CONSTANT FINAL)
    Q_PROPERTY(SignalBox::RegistryObject *numbers READ numbers CONSTANT FINAL)
    Q_PROPERTY(SignalBox::RegistryObject *texts READ texts CONSTANT FINAL)

public:
    SignalBox::RegistryObject *registry() { return &m_registry; }
    SignalBox::RegistryObject *files() { return &m_files; }
    SignalBox::RegistryObject *numbers() { return &m_numbers; }
    SignalBox::RegistryObject *texts() { return &m_texts; }

    void post(const QVariantMap &event) { m_registry.post(event); }
    void post(const SignalBoxBenchmark::File &event) { m_files.post(event); }
    void post(int event) { m_numbers.post(event); }
    void post(const QString &event) { m_texts.post(event); }

Q_SIGNALS:
    void notified(const QVariantMap &event);
    void fileNotified(const SignalBoxBenchmark::File &event);
    void numberNotified(int event);
    void textNotified(const QString &event);

private:
    SignalBox::AsyncRegistry<QVariantMap> m_registry;
    SignalBox::AsyncRegistry<File> m_files;
    SignalBox::AsyncRegistry<int> m_numbers;
    SignalBox::AsyncRegistry<QString> m_texts;
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
