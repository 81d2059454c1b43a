// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/qt/backlogs/batch.h>
#endif
#include <SignalBox/qt/routes/asyncoptions.h>
#include <SignalBox/qt/backlogs/eventpolicy.h>

#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <memory>
#include <optional>

QT_BEGIN_NAMESPACE
class QJSEngine;
class QJSValue;
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*! What the options object of a registration in JavaScript says. */
struct ScriptOptions
{
    AsyncOptions options = {};
    CalledWith calledWith = CalledWith::Event;
    std::shared_ptr<const EventPolicy> policy = {}; // of the backlog; null if it needs none
    QObject *owner = nullptr; // null if none is named
};

/*!
    The arguments of one call from JavaScript, checked. What is wrong becomes a TypeError at the caller's line that names the
    argument and what was expected; the function then returns nothing, and the caller returns at once. Engine's thread only.
*/
class ScriptArguments
{
public:
    /*! \a call: such as "QmlRegistry.unregister()". */
    ScriptArguments(QJSEngine *engine, const char *call) : m_engine(engine), m_call(call) {}

    bool isFunction(const QJSValue &value) const;
    /*! Undefined: the defaults. */
    std::optional<ScriptOptions> options(const QJSValue &value) const;
    std::optional<HandlerId> handlerId(const QJSValue &value) const;
    std::optional<int> priority(const QJSValue &value) const;
    std::optional<bool> enabled(const QJSValue &value) const;

    void refuse(const QString &problem) const;

private:
    QJSEngine *const m_engine;
    const char *const m_call;
};

/*! What `match` says: members and their values. Nothing: it is no object of members. */
std::optional<QVariantMap> membersToMatch(QJSEngine *engine, const QJSValue &value);

/*! For messages; runs no code of the script's. */
QString describe(const QJSValue &value);

} // namespace SignalBox::detail
