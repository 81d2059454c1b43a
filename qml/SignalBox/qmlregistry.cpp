// SPDX-License-Identifier: MIT
#include "qmlregistry.h"

#include "registryhandler.h"
#include "scriptcall_p.h"
#include "scripthandler_p.h"
#include "scriptoptions_p.h"

#include <SignalBox/qt/detail/dispatcher.h>
#include <SignalBox/qt/detail/logging.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qthread.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qqml.h>

namespace SignalBox {

namespace {

class ScriptEvent final : public detail::Event
{
public:
    ScriptEvent(QJSEngine *engine, const QJSValue &value) { detail::setArguments(*this, engine, {value}); }

    // Its only handlers are those of its engine, which find the value attached.
    QVariant toVariant() const override { return {}; }
};

} // namespace

QmlRegistry::QmlRegistry(QObject *parent)
    : RegistryObject(parent)
{
}

QmlRegistry::~QmlRegistry() = default;

void QmlRegistry::notify(const QJSValue &event)
{
    QJSEngine *const engine = qjsEngine(this);
    if (!engine || engine->thread() != QThread::currentThread()) {
        qCWarning(detail::loggingCategory,
                  "QmlRegistry.notify(): to be called on the thread of the QML engine that has the registry");
        return;
    }
    const QPointer<QmlRegistry> self(this);
    if (!isEmpty())
        dispatcher()->notify(std::make_shared<ScriptEvent>(engine, event));
    static const QMetaMethod notifiedSignal = QMetaMethod::fromSignal(&QmlRegistry::notified);
    if (self && isSignalConnected(notifiedSignal))
        Q_EMIT notified(event);
}

HandlerId QmlRegistry::registerHandler(const QJSValue &function, const QJSValue &options)
{
    const QString call = QStringLiteral("QmlRegistry.registerHandler(): ");
    QJSEngine *const engine = qjsEngine(this);
    if (!engine) {
        qCWarning(detail::loggingCategory, "QmlRegistry.registerHandler(): the registry is not known to any QML engine");
        return {};
    }
    if (!function.isCallable()) {
        engine->throwError(QJSValue::TypeError,
                           call + QStringLiteral("expected a function, not ") + function.toString());
        return {};
    }
    const auto parsed = detail::ScriptOptions::of(options);
    if (!parsed.error.isEmpty()) {
        engine->throwError(QJSValue::TypeError, call + parsed.error);
        return {};
    }
    return detail::ScriptHandler::registerWith(this, engine, function, parsed.options, parsed.owner);
}

QQmlListProperty<RegistryHandler> QmlRegistry::handlerElements()
{
    using List = QQmlListProperty<RegistryHandler>;
    static const auto elements = [](List *list) -> QList<QPointer<RegistryHandler>> & {
        return static_cast<QmlRegistry *>(list->object)->m_elements;
    };
    return List(
        this, nullptr,
        [](List *list, RegistryHandler *handler) {
            if (!handler)
                return;
            elements(list).append(handler);
            handler->setImpliedRegistry(static_cast<QmlRegistry *>(list->object));
        },
        [](List *list) -> qsizetype { return elements(list).size(); },
        [](List *list, qsizetype index) -> RegistryHandler * { return elements(list).at(index); },
        [](List *list) {
            const auto cleared = std::exchange(elements(list), {});
            for (const QPointer<RegistryHandler> &handler : cleared) {
                if (handler)
                    handler->setImpliedRegistry(nullptr);
            }
        });
}

} // namespace SignalBox
