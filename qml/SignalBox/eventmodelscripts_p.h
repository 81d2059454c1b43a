// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

QT_BEGIN_NAMESPACE
class QJSEngine;
QT_END_NAMESPACE

namespace SignalBox {
class EventModel;
}

namespace SignalBox::detail {

class ModelFunction;

/*!
    What an EventModel has in QML besides its own members: what takes functions, or returns an event. Engine's thread only, which is the model's.
    It lives with the model. Its functions end with the component of the model, or the engine.
*/
class EventModelScripts : public QObject
{
    Q_OBJECT
    QML_ANONYMOUS
    // Only rows are shown for whose events the function returns what counts as true. Null, the default: all rows.
    Q_PROPERTY(QJSValue filter READ filter WRITE setFilter NOTIFY filterChanged FINAL)

public:
    explicit EventModelScripts(QObject *model);

    QJSValue filter() const;
    void setFilter(const QJSValue &filter);

    // Wrong arguments of these are TypeErrors at the caller's line.
    Q_INVOKABLE void addRole(const QJSValue &column = QJSValue(), const QJSValue &role = QJSValue(),
                             const QJSValue &function = QJSValue());
    Q_INVOKABLE void setMerge(const QJSValue &function = QJSValue());
    Q_INVOKABLE QJSValue eventAt(const QJSValue &row = QJSValue()) const;

Q_SIGNALS:
    void filterChanged();

private:
    EventModel *const m_model;
    QJSValue m_filter = QJSValue(QJSValue::NullValue);
    std::weak_ptr<const ModelFunction> m_filterFunction; // gone: the model has another filter, or none
};

class ScriptArguments;

/*! Whether \a model may be changed now; else the call is refused. */
bool mayChange(const EventModel &model, const ScriptArguments &arguments);

/*!
    Has \a model show only rows for whose events \a filter, a function or null, returns what counts as true, until \a owner ends. False: the
    model refuses that now.
*/
bool setFilterOf(EventModel &model, QJSEngine *engine, const QJSValue &filter, QObject *owner);

} // namespace SignalBox::detail
