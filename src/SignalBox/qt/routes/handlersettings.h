// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/routes/asyncoptions.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/backlogs/eventpolicy.h>
#include <SignalBox/qt/backlogs/valuetype.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qstring.h>

#include <memory>

namespace SignalBox::detail {

SIGNALBOX_QT_EXPORT extern const std::shared_ptr<const EventPolicy> noPolicy; // null

/*!
    What a registration says of its handler, besides the handler itself. It refers to the options that it is made of, for the time of the
    registration.
*/
struct HandlerSettings
{
    HandlerSettings(const AsyncOptions &options, const char *callerName) noexcept
        : HandlerSettings(options, options.backlog, noPolicy, false, callerName)
    {
    }
    HandlerSettings(const AsyncOptions &options, const std::shared_ptr<const EventPolicy> &functions, const char *callerName) noexcept
        : HandlerSettings(options, options.backlog, functions, false, callerName)
    {
    }
    template <class E>
    HandlerSettings(const AsyncOptionsOf<E> &options, const char *callerName) noexcept
        : HandlerSettings(options, options.backlog.plain(), options.backlog.policy(), options.backlog.hasNullFunction(), callerName)
    {
    }

    const int priority;
    const QString &name;
    const bool isOnce;
    const bool isEnabled;
    const Delivery delivery;
    const Nested nested;
    const Backlog &backlog;
    const std::shared_ptr<const EventPolicy> &policy; // the functions of the backlog; null: it has none
    const bool hasNullFunction; // one of these is null
    const char *const caller; // for warnings, such as "AsyncRegistry::registerHandler()"
    CalledWith calledWith = CalledWith::Event;
    const ValueType *values = nullptr; // what may lie in the store of a handler of batches

private:
    template <class Options>
    HandlerSettings(const Options &options, const Backlog &plain, const std::shared_ptr<const EventPolicy> &functions, bool hasNull,
                    const char *callerName) noexcept
        : priority(options.priority),
          name(options.name),
          isOnce(options.once),
          isEnabled(options.enabled),
          delivery(options.delivery),
          nested(options.nested),
          backlog(plain),
          policy(functions),
          hasNullFunction(hasNull),
          caller(callerName)
    {
    }
};

} // namespace SignalBox::detail
