// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/handlers/ownerwatch_p.h>
#include <SignalBox/handlers/scriptarguments_p.h>
#include <SignalBox/qt/registry/registryobject.h>
#include <SignalBox/scripts/scriptcall_p.h>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtQml/qjsmanagedvalue.h>
#include <QtQml/qjsvalue.h>

namespace SignalBox::detail {

class Event;

/*!
    A JavaScript function as a handler of a registry, which keeps the function. It belongs to the registration and is deleted with
    it, always on the engine's thread.
*/
class ScriptHandler final : private OwnerWatch::Follower
{
public:
    Q_DISABLE_COPY_MOVE(ScriptHandler)
    ~ScriptHandler() = default;

    /*!
        The handler ends with \a owner; if that is null, with its registry or engine. To be called inside of a call from the script,
        whose place is the name of a handler without one.
    */
    static HandlerId registerWith(RegistryObject *registry, QJSEngine *engine, const QJSValue &function,
                                  ScriptOptions options, QObject *owner);

private:
    ScriptHandler(RegistryObject *registry, QJSEngine *engine, const QJSValue &function);
    void ownerHasEnded() override;
    Propagation run(const Event &event, const OngoingCall &call);
    void runBatch(const Batch &batch, const OngoingCall &call);

    const QPointer<RegistryObject> m_registry;
    const std::shared_ptr<const ScriptHome> m_home;
    QJSManagedValue m_function;
    HandlerId m_id;
};

} // namespace SignalBox::detail
