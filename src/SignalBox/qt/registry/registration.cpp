// SPDX-License-Identifier: MIT
#include <SignalBox/qt/registry/registration.h>

#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/delivery/poolmailbox_p.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/routes/registrylink.h>
#include <SignalBox/qt/routes/route.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>

#include <string>

namespace SignalBox::detail {

namespace {

// What is wrong with the settings of a handler, wherever it runs. Null: nothing.
const char *problemOf(const HandlerSettings &settings)
{
    const char *const problem = settings.backlog.problem();
    return !problem && settings.hasNullFunction ? "a function of the backlog is null" : problem;
}

} // namespace

// Where a handler runs, or why it cannot run there.
struct Registration::Place
{
    const char *problem = nullptr;
    std::shared_ptr<Mailbox> mailbox = nullptr; // null: inline
    QObject *watched = nullptr;
    Affinity affinity = Affinity::Ignored;
};

Registration::Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location)
    : Registration(link, settings, location, inlinePlace(settings))
{}

Registration::Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location,
                           QObject *context)
    : Registration(link, settings, location, placeOf(context, settings))
{}

Registration::Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location,
                           ThreadTarget target)
    : Registration(link, settings, location, placeOf(target, settings))
{}

Registration::Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location,
                           PoolTarget target)
    : Registration(link, settings, location, placeOf(target, settings))
{}

Registration::Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location,
                           const std::shared_ptr<Mailbox> &mailbox)
    : Registration(link, settings, location, placeOf(mailbox, settings))
{}

Registration::Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location,
                           const Place &place)
    : m_link(link), m_settings(settings), m_location(location), m_watched(place.watched)
{
    if (place.problem)
        warn(place.problem);
    else
        m_route = new Route(link, place.mailbox, settings, place.affinity);
}

Registration::~Registration()
{
    if (m_route)
        static_cast<Route *>(m_route)->dropOwner();
}

Registration::Place Registration::inlinePlace(const HandlerSettings &settings)
{
    if (settings.backlog != Backlog::all() || settings.policy)
        return {"an inline handler has no backlog, since nothing ever waits for it; give it a context, a thread or a "
                "pool"};
    if (settings.nested == Nested::Wait)
        return {"an inline handler cannot wait (Nested::Wait), since nothing ever waits for it; give it a context or a "
                "thread"};
    return {};
}

Registration::Place Registration::placeOf(QObject *context, const HandlerSettings &settings)
{
    if (!context)
        return {"the context object is null"};
    if (!context->thread())
        return {"the context object has no thread"};
    if (const char *const problem = problemOf(settings))
        return {problem};
    // The application object stays where it is.
    const Affinity affinity = context == QCoreApplication::instance() ? Affinity::Ignored : Affinity::Followed;
    return {.mailbox = Mailbox::of(context->thread()), .watched = context, .affinity = affinity};
}

Registration::Place Registration::placeOf(ThreadTarget target, const HandlerSettings &settings)
{
    if (!target.thread())
        return {"the thread is null"};
    if (const char *const problem = problemOf(settings))
        return {problem};
    return {.mailbox = Mailbox::of(target.thread()), .watched = target.thread()};
}

Registration::Place Registration::placeOf(PoolTarget target, const HandlerSettings &settings)
{
    if (!target.pool())
        return {"the thread pool is null"};
    if (!settings.backlog.isImmediate())
        return {"a pool handler is called as soon as a thread is free: expected a backlog without every(), quietFor() "
                "and onDemand(), since a "
                "pool has no timers"};
    if (const char *const problem = problemOf(settings))
        return {problem};
    return {.mailbox = std::make_shared<PoolMailbox>(target.pool()), .watched = target.pool()};
}

Registration::Place Registration::placeOf(const std::shared_ptr<Mailbox> &mailbox, const HandlerSettings &settings)
{
    return {.problem = problemOf(settings), .mailbox = mailbox};
}

HandlerGuard Registration::addHandler(const HandlerReference::Source &handler)
{
    if (!m_route)
        return {};
    auto &route = static_cast<Route &>(*m_route);
    try {
        HandlerGuard guard = HandlerReference::registerWith(
                m_link->registry(), handler,
                {.priority = m_settings.priority,
                 .name = m_settings.name.toStdString(),
                 .enabled = m_settings.isEnabled},
                m_location,
                [&](HandlerReference reference) {
                    reference.setLastingCalls(m_lastingCalls);
                    route.begin(std::move(reference), m_watched);
                },
                m_scriptPlace ? m_scriptPlace->toStdString() : std::string());
        m_link->handlersHaveChanged();
        return guard;
    } catch (const RegistryIsFull &) {
        route.abandon();
        warn("a registry holds at most 1048544 handlers");
        return {};
    } catch (...) {
        route.abandon();
        throw;
    }
}

void Registration::warn(const char *problem) const
{
    warnRefused(m_settings.caller, QLatin1String(problem), "nothing was registered");
}

} // namespace SignalBox::detail
