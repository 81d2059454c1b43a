// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/handlers/ownerwatch_p.h>
#include <SignalBox/qt/delivery/event.h>

#include <QtCore/qglobal.h>
#include <QtCore/qpointer.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsmanagedvalue.h>
#include <QtQml/qjsvalue.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>

namespace SignalBox::detail {

/*!
    A function of a script that an EventModel calls for its events, until its owner or its engine ends. The model keeps it. Engine's thread only,
    which is that of the model.
*/
class ModelFunction final : public std::enable_shared_from_this<ModelFunction>, private OwnerWatch::Follower
{
public:
    Q_DISABLE_COPY_MOVE(ModelFunction)
    ~ModelFunction() = default;

    /*! \a whenEnded is called as the owner ends, if the model still has the function. */
    static std::shared_ptr<ModelFunction> make(QJSEngine *engine, const QJSValue &function, QObject *owner,
                                               std::function<void()> whenEnded = {});

    /*! Calls it with values of events. Nothing: its owner or its engine has ended. Throws ScriptException for what it throws. */
    std::optional<QJSValue> call(std::initializer_list<Event::Content> values) const;
    /*! Null: it is gone. */
    QJSEngine *engine() const { return m_engine; }

private:
    ModelFunction(QJSEngine *engine, const QJSValue &function, std::function<void()> whenEnded);
    void ownerHasEnded() override;

    const QPointer<QJSEngine> m_engine;
    std::shared_ptr<const QJSManagedValue> m_function; // null: the owner has ended
    const std::function<void()> m_whenEnded;
};

} // namespace SignalBox::detail
