// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlregistration.h>

namespace SignalBox {

class EventModel;

/*!
    \class SignalBox::EventModelFilter
    \brief What an EventModel has in QML besides its own properties: a filter that is a function.

    \threadsafety The thread of the engine, which is the model's.

    \cost A call of the function for each event that becomes or changes a row, and for all when it is set.

    \errors If the function throws, that is logged, for the first time, and the row is not shown. If it is no function, that is a warning, and
    nothing was changed.

    \lifetime It lives with the model.

    \code{.qml}
    EventModel { registry: bus; filter: event => event.level >= 2 }
    \endcode
*/
class EventModelFilter : public QObject
{
    Q_OBJECT
    QML_ANONYMOUS
    /*! Only rows are shown for whose events the function returns what counts as true. Null, the default: all rows. */
    Q_PROPERTY(QJSValue filter READ filter WRITE setFilter NOTIFY filterChanged FINAL)

public:
    /*! For QML. */
    explicit EventModelFilter(QObject *model);

    /*! The property \c filter. */
    QJSValue filter() const { return m_filter; }
    /*! Sets the property \c filter. */
    void setFilter(const QJSValue &filter);

Q_SIGNALS:
    /*! The property \c filter has changed. */
    void filterChanged();

private:
    EventModel *const m_model;
    QJSValue m_filter = QJSValue(QJSValue::NullValue);
};

} // namespace SignalBox
