// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/AsyncRegistry>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>
#include <QtQml/qqmlregistration.h>

#include <atomic>
#include <thread>
#include <vector>

// An event that counts its copies. Not registered with QML: such gadgets are safe against wrong arguments.
class Reading
{
    Q_GADGET
    Q_PROPERTY(int value MEMBER value)
    Q_PROPERTY(QString unit MEMBER unit)

public:
    static inline std::atomic<int> copies = 0;

    Reading() = default;
    Reading(int number, const QString &text) : value(number), unit(text) {}
    Reading(const Reading &other) : value(other.value), unit(other.unit) { ++copies; }
    Reading(Reading &&) = default;
    Reading &operator=(const Reading &) = default;
    ~Reading() = default;

    int value = 0;
    QString unit;
};

// An event that QML can hold, and see nothing of.
struct PlainReading
{
    int value = 0;
};

// A registry of C++ events, and what a test has to do to it from C++.
class Fixture : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry CONSTANT FINAL)
    Q_PROPERTY(SignalBox::RegistryObject *opaqueRegistry READ opaqueRegistry CONSTANT FINAL)
    Q_PROPERTY(SignalBox::RegistryObject *plainRegistry READ plainRegistry CONSTANT FINAL)
    Q_PROPERTY(SignalBox::RegistryObject *mapRegistry READ mapRegistry CONSTANT FINAL)
    Q_PROPERTY(SignalBox::RegistryObject *objectRegistry READ objectRegistry CONSTANT FINAL)

public:
    SignalBox::RegistryObject *registry() { return &m_registry; }
    SignalBox::RegistryObject *opaqueRegistry() { return &m_opaqueRegistry; }
    SignalBox::RegistryObject *plainRegistry() { return &m_plainRegistry; }
    SignalBox::RegistryObject *mapRegistry() { return &m_mapRegistry; }
    SignalBox::RegistryObject *objectRegistry() { return &m_objectRegistry; }

    Q_INVOKABLE void post(int value) { m_registry.post(Reading(value, QStringLiteral("m"))); }
    Q_INVOKABLE void postFromAnotherThread(int value)
    {
        std::thread([this, value] { post(value); }).join();
    }
    Q_INVOKABLE int copiesForOneEvent()
    {
        Reading::copies = 0;
        post(1);
        return Reading::copies;
    }
    Q_INVOKABLE void postOpaque() { m_opaqueRegistry.post(std::make_unique<int>(1)); }
    Q_INVOKABLE void postPlain(int value) { m_plainRegistry.post({value}); }
    Q_INVOKABLE void postMap(int value) { m_mapRegistry.post({{QStringLiteral("value"), value}}); }
    Q_INVOKABLE void postObject() { m_objectRegistry.post(this); }
    Q_INVOKABLE void clear() { m_registry.clear(); }
    // Of a registry that QML gets by SignalBox.find() only.
    Q_INVOKABLE void nameUnparentedRegistry(const QString &name) { m_unparentedRegistry->setName(name); }
    Q_INVOKABLE bool isUnparentedRegistryAlive() const { return m_unparentedRegistry; }

    // Eight threads that post to the registry until stopFlood() or the end of the fixture.
    Q_INVOKABLE void startFlood()
    {
        m_isFlooding = true;
        for (int i = 0; i < 8; ++i) {
            m_producers.emplace_back([this] {
                while (m_isFlooding) {
                    post(1);
                    ++m_posted;
                    std::this_thread::yield();
                }
            });
        }
    }
    Q_INVOKABLE void stopFlood()
    {
        m_isFlooding = false;
        for (std::thread &producer : m_producers)
            producer.join();
        m_producers.clear();
    }
    Q_INVOKABLE int posted() const { return m_posted; }
    Q_INVOKABLE int handlerCount() const { return m_registry.handlerCount(); }

    ~Fixture() override
    {
        stopFlood();
        delete m_unparentedRegistry.data();
    }

private:
    SignalBox::AsyncRegistry<Reading> m_registry;
    SignalBox::AsyncRegistry<std::unique_ptr<int>> m_opaqueRegistry; // no QVariant can hold its events
    SignalBox::AsyncRegistry<PlainReading> m_plainRegistry;
    SignalBox::AsyncRegistry<QVariantMap> m_mapRegistry;
    SignalBox::AsyncRegistry<QObject *> m_objectRegistry;
    QPointer<SignalBox::RegistryObject> m_unparentedRegistry = new SignalBox::AsyncRegistry<int>;
    std::atomic<bool> m_isFlooding = false;
    std::atomic<int> m_posted = 0;
    std::vector<std::thread> m_producers;
};
