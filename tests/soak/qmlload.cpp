// SPDX-License-Identifier: MIT
#include "qmlload.h"

#include <SignalBox/QmlRegistry>

#include <QtCore/qvariant.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlengine.h>

namespace {

const char *const rootText = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: root
        required property QtObject counter
        property QmlRegistry bus: QmlRegistry {
            name: "bus"
            RegistryHandler {
                priority: 100
                handler: event => root.counter.count()
            }
        }
        function notify(number: int) {
            bus.post({ number: number, text: "event " + number });
        }
    }
)";

const char *const pageText = R"(
    import QtQml
    import SignalBox
    QtObject {
        id: page
        property int calls: 0
        property RegistryHandler plain: RegistryHandler {
            registry: SignalBox.find("bus")
            filter: event => event.number % 2 === 0
            handler: event => ++page.calls
        }
        property RegistryHandler merging: RegistryHandler {
            registry: SignalBox.find("bus")
            backlog: Backlog.Latest
            handler: event => ++page.calls
        }
        property RegistryHandler failing: RegistryHandler {
            registry: SignalBox.find("bus")
            once: true
            handler: event => { throw new Error("on purpose"); }
        }
        Component.onCompleted: {
            const bus = SignalBox.find("bus");
            SignalBox.on(bus, event => ++page.calls, { priority: 3 });
            const own = bus.registerHandler(event => bus.unregister(own), { owner: page });
            bus.registerGuard(event => ++page.calls, { owner: page, backlog: Backlog.Bounded, capacity: 3 });
        }
    }
)";

constexpr int notifiesOfAStep = 10;

} // namespace

QmlLoad::QmlLoad()
{
    QQmlEngine::setObjectOwnership(this, QQmlEngine::CppOwnership);
    start();
}

QmlLoad::~QmlLoad()
{
    end();
}

void QmlLoad::start()
{
    m_engine = std::make_unique<QQmlEngine>();
    QQmlComponent component(m_engine.get());
    component.setData(rootText, QUrl(QStringLiteral("root.qml")));
    m_root.reset(component.createWithInitialProperties({{QStringLiteral("counter"), QVariant::fromValue<QObject *>(this)}}));
    ADDS_UP(m_root != nullptr);
    m_registry = m_root->property("bus").value<SignalBox::QmlRegistry *>();
    ADDS_UP(m_registry != nullptr);
    m_registry->onException([](const SignalBox::ExceptionInfo &) {}); // or it would be logged
    m_pageComponent = std::make_unique<QQmlComponent>(m_engine.get());
    m_pageComponent->setData(pageText, QUrl(QStringLiteral("page.qml")));
    m_notifies = 0;
    m_calls = 0;
}

void QmlLoad::end()
{
    m_page.reset();
    m_pageComponent.reset();
    m_root.reset();
    m_engine.reset();
    ++counts.engines;
}

void QmlLoad::step()
{
    if (++m_steps % 100 == 0) {
        check();
        end(); // with events on their way
        start();
    }
    m_page.reset(m_pageComponent->create());
    ADDS_UP(m_page != nullptr);
    counts.registrations += 6;
    for (int i = 0; i < notifiesOfAStep; ++i)
        QMetaObject::invokeMethod(m_root.get(), "notify", Q_ARG(int, i));
    m_registry->post(QVariantMap{{QStringLiteral("number"), 1}});
    m_notifies += notifiesOfAStep + 1;
}

// The handler that stays is on this thread, with nothing in front of it: it runs inside of each notify.
void QmlLoad::check()
{
    ADDS_UP(m_calls == m_notifies);
}
