// SPDX-License-Identifier: MIT
#include <SignalBox/eventmodelscripts_p.h>

#include <SignalBox/handlers/backlogsettings.h>
#include <SignalBox/handlers/modelfunction_p.h>
#include <SignalBox/handlers/scriptarguments_p.h>
#include <SignalBox/scripts/scriptvariant_p.h>

#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/models/eventmodel.h>

#include <QtCore/qpointer.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qqmlinfo.h>

#include <optional>
#include <stdexcept>
#include <utility>

namespace SignalBox::detail {

namespace {

EventPredicate predicateOf(std::shared_ptr<const ModelFunction> function)
{
    return [function = std::move(function)](const Event::Content &content, const Event *) -> std::optional<bool> {
        const std::optional<QJSValue> result = function->call({content});
        return result ? std::optional(result->toBool()) : std::nullopt;
    };
}

QVariant mergedBy(const ModelFunction &function, const Event::Content &kept, const Event::Content &newer)
{
    const std::optional<QJSValue> result = function.call({kept, newer});
    if (!result)
        return QVariant(newer.type, newer.value);
    QVariant value = toPlainVariant(function.engine(), *result);
    if (!value.isValid())
        throw std::domain_error("expected the event that is kept to be returned, not nothing");
    return value;
}

std::optional<int> integerOf(const QJSValue &value)
{
    return value.isNumber() && isInt(value.toNumber()) ? std::optional(value.toInt()) : std::nullopt;
}

} // namespace

EventModelScripts::EventModelScripts(QObject *model) : QObject(model), m_model(qobject_cast<EventModel *>(model)) {}

QJSValue EventModelScripts::filter() const
{
    return m_filterFunction.expired() ? QJSValue(QJSValue::NullValue) : m_filter;
}

void EventModelScripts::setFilter(const QJSValue &filter)
{
    if (!filter.isCallable() && !filter.isNull()) {
        qmlWarning(m_model) << "filter: expected a function or null, not " << describe(filter)
                            << ": nothing was changed";
        return;
    }
    const bool isOther = !filter.strictlyEquals(this->filter());
    const QPointer<EventModelScripts> self(this);
    if (filter.isNull()) {
        m_model->clearFilter(); // which may be one of SignalBox.setFilter()
    } else if (isOther) {
        const std::shared_ptr<const ModelFunction> function = ModelFunction::make(qjsEngine(m_model), filter, m_model);
        if (!m_model->setFilterPredicate(predicateOf(function)) || !self)
            return;
        m_filter = filter;
        m_filterFunction = function;
    }
    if (self && isOther)
        Q_EMIT filterChanged();
}

void EventModelScripts::addRole(const QJSValue &column, const QJSValue &role, const QJSValue &function)
{
    QJSEngine *const engine = qjsEngine(m_model);
    const ScriptArguments arguments(engine, "EventModel.addRole()");
    if (!column.isString() || column.toString().isEmpty()) {
        arguments.refuse(QStringLiteral("column: expected the name of a column, a string, not ") + describe(column));
        return;
    }
    const std::optional<int> number = integerOf(role);
    if (!number || *number < 0 || *number > Qt::UserRole) {
        arguments.refuse(QStringLiteral("role: expected a role, such as Qt.ForegroundRole, not above Qt.UserRole, not ")
                         + describe(role));
        return;
    }
    if (!arguments.isFunction(function))
        return;
    if (!mayChange(*m_model, arguments))
        return;
    const std::shared_ptr<const ModelFunction> reading = ModelFunction::make(engine, function, m_model);
    m_model->addRoleReader(column.toString(), *number,
                           {QMetaType(), nullptr,
                            [reading](const Event::Content &content) {
                                const std::optional<QJSValue> result = reading->call({content});
                                return result ? toPlainVariant(reading->engine(), *result) : QVariant();
                            },
                            false});
}

void EventModelScripts::setMerge(const QJSValue &function)
{
    QJSEngine *const engine = qjsEngine(m_model);
    const ScriptArguments arguments(engine, "EventModel.setMerge()");
    if (!arguments.isFunction(function))
        return;
    if (!mayChange(*m_model, arguments))
        return;
    const std::shared_ptr<const ModelFunction> merging = ModelFunction::make(engine, function, m_model);
    m_model->setMergeFunction(
            {QMetaType(), nullptr, nullptr, [merging](const Event::Content &kept, const Event::Content &newer) {
                 return mergedBy(*merging, kept, newer);
             }});
}

QJSValue EventModelScripts::eventAt(const QJSValue &row) const
{
    QJSEngine *const engine = qjsEngine(m_model);
    const std::optional<int> number = integerOf(row);
    if (!number) {
        ScriptArguments(engine, "EventModel.eventAt()")
                .refuse(QStringLiteral("row: expected an integer, not ") + describe(row));
        return {};
    }
    const Event::Content content = m_model->eventOf(*number).first;
    return content.type.isValid() ? engine->toScriptValue(QVariant(content.type, content.value)) : QJSValue();
}

bool mayChange(const EventModel &model, const ScriptArguments &arguments)
{
    if (!model.mayChange()) {
        arguments.refuse(QStringLiteral(
                "expected not to be called by a function that the model calls for its events, or while rows are about "
                "to change"));
    }
    return model.mayChange();
}

bool setFilterOf(EventModel &model, QJSEngine *engine, const QJSValue &filter, QObject *owner)
{
    if (filter.isNull())
        return model.setFilterPredicate({});
    // The rows come back in a later turn of the loop: the owner may be in the midst of its end, and views of the model with it.
    const auto function = std::make_shared<std::weak_ptr<const ModelFunction>>();
    const auto showAllLater = [target = QPointer<EventModel>(&model), function] {
        if (!target)
            return;
        postCall(target.data(), [target, function] {
            if (target && !function->expired()) // it still has this one
                target->clearFilter();
        });
    };
    const std::shared_ptr<const ModelFunction> asking = ModelFunction::make(engine, filter, owner, showAllLater);
    *function = asking;
    return model.setFilterPredicate(predicateOf(asking));
}

} // namespace SignalBox::detail
