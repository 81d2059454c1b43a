// SPDX-License-Identifier: MIT
#include <SignalBox/eventmodelfilter.h>

#include <SignalBox/handlers/scriptarguments_p.h>
#include <SignalBox/scripts/scriptcall_p.h>

#include <SignalBox/qt/models/eventmodel.h>

#include <QtCore/qpointer.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsmanagedvalue.h>
#include <QtQml/qqmlinfo.h>

#include <memory>
#include <optional>

namespace SignalBox {

EventModelFilter::EventModelFilter(QObject *model) : QObject(model), m_model(qobject_cast<EventModel *>(model)) {}

void EventModelFilter::setFilter(const QJSValue &filter)
{
    if (!filter.isCallable() && !filter.isNull()) {
        qmlWarning(m_model) << "filter: expected a function or null, not " << detail::describe(filter) << ": nothing was changed";
        return;
    }
    if (filter.strictlyEquals(m_filter))
        return;
    const QPointer<EventModelFilter> self(this);
    m_filter = filter;
    if (filter.isNull()) {
        m_model->clearFilter();
    } else {
        const QPointer<QJSEngine> engine(qjsEngine(m_model));
        const auto function = std::make_shared<QJSManagedValue>(filter, engine.data());
        m_model->setFilterPredicate([engine, function](const detail::Event::Content &content, const detail::Event *) -> std::optional<bool> {
            if (!engine)
                return std::nullopt;
            const QJSValueList arguments{engine->toScriptValue(QVariant(content.type, content.value))};
            return detail::callScript(engine, *function, arguments).toBool();
        });
    }
    if (self)
        Q_EMIT filterChanged();
}

} // namespace SignalBox
