// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/futures/answer.h>
#include <SignalBox/qt/futures/futureend.h>
#include <SignalBox/qt/ossignals/ossignals.h>
#if defined(Q_OS_UNIX)
#    include <SignalBox/qt/ossignals/signalhub_p.h>
#    include <SignalBox/qt/ossignals/signalsource_p.h>
#endif

#include <QtCore/qcoreapplication.h>

namespace SignalBox {

using detail::warnRefused;

OsSignals *OsSignals::instance()
{
    // Not destroyed at exit: connections and signals may outlive every static.
    static auto *const object = new OsSignals;
    return object;
}

OsSignals::OsSignals()
{
    // Pushed to where it emits.
    if (const auto *const application = QCoreApplication::instance())
        moveToThread(application->thread());
#if defined(Q_OS_UNIX)
    detail::SignalHub::setEmitter({
        .received = [](int signal) { Q_EMIT instance()->received(signal); },
        .terminated = [](int signal) { Q_EMIT instance()->terminated(signal); },
        .quitOnTerminationChanged = [](bool enabled) { Q_EMIT instance()->quitOnTerminationChanged(enabled); },
    });
#endif
}

OsSignals::~OsSignals() = default;

#if defined(Q_OS_UNIX)

using detail::SignalHub;
using detail::SignalSource;

namespace {

// One listener for the signal, and where it is delivered.
struct Listening
{
    // Without a hub: refused, and \a caller has been told.
    Listening(int number, const char *caller)
    {
        QString error = SignalSource::refusalOf(number);
        if (error.isEmpty())
            hub = SignalHub::current(&error);
        if (hub)
            listener = SignalSource::instance().listen(number, &error);
        if (!listener) {
            hub = nullptr;
            warnRefused(caller, error);
        } else if (SignalSource::isIgnoredByInheritance(number)) {
            qCInfo(detail::loggingCategory).nospace()
                << "SignalBox::" << caller << ": signal " << number
                << " was ignored when the program started, as nohup and background jobs do; it stays ignored";
        }
    }

    SignalHub *hub = nullptr;
    std::shared_ptr<void> listener;
};

} // namespace

bool OsSignals::isSupported() noexcept
{
    return true;
}

WatchReceiver<> OsSignals::watch(int signal)
{
    Listening listening(signal, "OsSignals::watch()");
    if (!listening.hub)
        return {};
    return SignalSource::instance().events().registerListener(EventId(signal)).withOwner(std::move(listening.listener));
}

HandlerGuard OsSignals::addHandler(int signal, QObject *context, Function function, const AsyncOptions &options,
                                   const SourceLocation &location, const char *caller)
{
    if (!function) {
        warnRefused(caller, QStringLiteral("the function is null"));
        return {};
    }
    if (!context) {
        warnRefused(caller, QStringLiteral("the context object is null"));
        return {};
    }
    Listening listening(signal, caller);
    if (!listening.hub)
        return {};
    return listening.hub->handlersOf(signal).registerGuard(
        context,
        [call = std::move(function), listener = std::move(listening.listener)](const int &number) { call(number); },
        options, location);
}

bool OsSignals::unregister(HandlerId id) noexcept
{
    SignalHub *const hub = SignalHub::existing();
    return hub && hub->unregister(id);
}

QFuture<std::optional<int>> OsSignals::next(int signal)
{
    const auto answer = std::make_shared<detail::Answer<std::optional<int>>>();
    auto future = answer->future();
    Listening listening(signal, "OsSignals::next()");
    if (!listening.hub)
        return future; // finished, empty, with the answer
    HandlerGuard guard = listening.hub->handlersOf(signal).registerGuard(
        listening.hub, [answer, listener = std::move(listening.listener)](const int &number) { answer->give(number); },
        {.name = QStringLiteral("next()"), .once = true}, SourceLocation());
    detail::endWithFuture(guard, detail::WatchedFuture(future), QDeadlineTimer::Forever);
    guard.release();
    return future;
}

bool OsSignals::quitOnTermination()
{
    QString error;
    SignalHub *const hub = SignalHub::current(&error);
    if (hub && hub->isQuittingOnTermination())
        return true;
    if (hub)
        error = hub->startQuittingOnTermination();
    if (!error.isEmpty()) {
        warnRefused("OsSignals::quitOnTermination()", error);
        return false;
    }
    Q_EMIT quitOnTerminationChanged(true);
    return true;
}

void OsSignals::setQuitOnTermination(bool enabled)
{
    if (enabled) {
        quitOnTermination();
        return;
    }
    SignalHub *const hub = SignalHub::existing();
    if (hub && hub->stopQuittingOnTermination())
        Q_EMIT quitOnTerminationChanged(false);
}

bool OsSignals::isQuittingOnTermination() const
{
    const SignalHub *const hub = SignalHub::existing();
    return hub && hub->isQuittingOnTermination();
}

#else

namespace {

void warnUnsupported(const char *caller)
{
    warnRefused(caller, QStringLiteral("this system has no POSIX signals"));
}

} // namespace

bool OsSignals::isSupported() noexcept
{
    return false;
}

WatchReceiver<> OsSignals::watch(int)
{
    warnUnsupported("OsSignals::watch()");
    return {};
}

HandlerGuard OsSignals::addHandler(int, QObject *, Function, const AsyncOptions &, const SourceLocation &,
                                   const char *caller)
{
    warnUnsupported(caller);
    return {};
}

bool OsSignals::unregister(HandlerId) noexcept
{
    return false;
}

QFuture<std::optional<int>> OsSignals::next(int)
{
    warnUnsupported("OsSignals::next()");
    return std::make_shared<detail::Answer<std::optional<int>>>()->future();
}

bool OsSignals::quitOnTermination()
{
    warnUnsupported("OsSignals::quitOnTermination()");
    return false;
}

void OsSignals::setQuitOnTermination(bool enabled)
{
    if (enabled)
        warnUnsupported("OsSignals::setQuitOnTermination()");
}

bool OsSignals::isQuittingOnTermination() const
{
    return false;
}

#endif

} // namespace SignalBox
