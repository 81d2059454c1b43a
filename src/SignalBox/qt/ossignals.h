// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/core/watchreceiver.h>
#endif
#include <SignalBox/qt/asyncoptions.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qfuture.h>
#include <QtCore/qobject.h>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::OsSignals
    \brief POSIX signals on the application's event loop: Ctrl+C, SIGTERM, SIGHUP and the others.

    A signal is caught while somebody listens for it: a handler, a receiver, a future, or quitOnTermination(). When the
    last one goes, the signal does again what it did before, unless somebody else has set a handler meanwhile. Listeners
    run in the event loop and may do anything. Several arrivals before the loop comes to them are one.

    \threadsafety Thread-safe: all functions. Signals of this object are emitted on the application's thread,
    whichever thread the object was made on.

    \ordering On the application's thread, received() comes before handlers, handlers before terminated(), and that
    before the loop is asked to quit. Different signals that arrive together come in the order of their numbers.

    \cost In the interrupted thread two atomic exchanges, getpid() and one write(); nothing is allocated or locked,
    and errno is kept.

    \errors A refused call warns in the category \c signalbox, saying what and why, and changes nothing. Refused are
    SIGKILL and SIGSTOP, which cannot be caught; SIGILL, SIGFPE, SIGSEGV and SIGBUS, since the fault would be repeated
    for ever; numbers that are no signal; and everything without a QCoreApplication, or where isSupported() is false.

    \lifetime The object is never destroyed. Handlers, futures and quitOnTermination() end with the QCoreApplication
    object; a second one in the process starts without them. Receivers and connections to this object go on. No other
    thread may be calling while the application object is destroyed.

    A SIGINT or SIGHUP that was ignored when the program started stays ignored, as nohup and a shell that starts background
    jobs expect: listeners are accepted, and hear nothing. A program that wants the signal nevertheless sets \c SIG_DFL with
    signal() before it listens.

    A handler that the program has set for a signal before is not called while the signal is caught; so to listen for
    SIGCHLD is to replace what waits for children where Qt's QProcess has no process descriptors (Linux before 5.4).
    System calls are restarted (\c SA_RESTART) where the system can. In a child of fork() a signal does what it did
    before it was caught, and neither wakes the parent nor is seen by it, until the child uses OsSignals itself.
    Programs that are started have the default again.

    \code
    QCoreApplication application(argc, argv);
    auto *const osSignals = SignalBox::OsSignals::instance();
    osSignals->quitOnTermination();
    osSignals->registerHandler(SIGHUP, &server, [&] { server.reload(); });
    return application.exec();
    \endcode
*/
class SIGNALBOX_QT_EXPORT OsSignals : public QObject
{
    Q_OBJECT
    /*! Whether the first SIGINT or SIGTERM quits the application; see quitOnTermination(). */
    Q_PROPERTY(bool quitOnTermination READ isQuittingOnTermination WRITE setQuitOnTermination NOTIFY quitOnTerminationChanged
                   FINAL)

public:
    /*! Made by the first call: by the main thread, where there is no application yet. */
    static OsSignals *instance();

    /*! Whether this system has POSIX signals. */
    static bool isSupported() noexcept;

    /*!
        A receiver that changes with each arrival of \a signal, from now on. It and its copies, and callbacks made
        through them, are listeners. Callbacks run on the application's thread; an AsyncWatch brings them to others,
        and any thread may wait for a change. If refused: a receiver of nothing.
    */
    [[nodiscard]] WatchReceiver<> watch(int signal);

    /*!
        Calls \a function, with or without the signal's number, on the thread of \a context whenever \a signal has
        arrived. Gone with \a context, or with the application. If refused: an invalid id.
    */
    template <class F>
        requires(std::is_invocable_v<std::decay_t<F> &> || std::is_invocable_v<std::decay_t<F> &, int>)
    HandlerId registerHandler(int signal, QObject *context, F &&function, const AsyncOptions &options = {},
                              const SourceLocation &location = SourceLocation::current())
    {
        return addHandler(signal, context, wrap(std::forward<F>(function)), options, location,
                          "OsSignals::registerHandler()").release();
    }

    /*! As registerHandler(), for as long as the guard lives. If refused: a guard of nothing. */
    template <class F>
        requires(std::is_invocable_v<std::decay_t<F> &> || std::is_invocable_v<std::decay_t<F> &, int>)
    [[nodiscard]] HandlerGuard registerGuard(int signal, QObject *context, F &&function, const AsyncOptions &options = {},
                                             const SourceLocation &location = SourceLocation::current())
    {
        return addHandler(signal, context, wrap(std::forward<F>(function)), options, location,
                          "OsSignals::registerGuard()");
    }

    /*! As AsyncRegistry::unregister(). */
    bool unregister(SignalBox::HandlerId id) noexcept;

    /*!
        The next arrival of \a signal: its number. Empty if refused, and when the application ends before. Finishes on
        the application's thread. Cancelling it ends the listening.
    */
    [[nodiscard]] QFuture<std::optional<int>> next(int signal);

    /*!
        The first SIGINT or SIGTERM from now on quits the application's event loops as QCoreApplication::quit() does,
        also when it arrives before exec() or in a nested loop; a window may refuse. A second one ends the process at
        once, even if no loop runs. Lasts until setQuitOnTermination(false) or the end of the application object.
        False if refused.
    */
    bool quitOnTermination();
    /*! True: as quitOnTermination(). False: ends it, and a slot of terminated() that says so lets the application go on. */
    void setQuitOnTermination(bool enabled);
    /*! What was asked for last. */
    bool isQuittingOnTermination() const;

Q_SIGNALS:
    /*! A signal that somebody listens for has arrived. */
    void received(int signal);
    /*! SIGINT or SIGTERM has arrived and the application is about to quit: the place to save.
        setQuitOnTermination(false) in a slot lets it go on. */
    void terminated(int signal);
    /*! Emitted on the thread of the change. */
    void quitOnTerminationChanged(bool enabled);

private:
    using Function = std::function<void(int)>;

    OsSignals();
    ~OsSignals() override;

    HandlerGuard addHandler(int signal, QObject *context, Function function, const AsyncOptions &options,
                            const SourceLocation &location, const char *caller);

    // Empty where the function is null.
    template <class F>
    static Function wrap(F &&function)
    {
        if (detail::isNullFunction(function))
            return {};
        return [shared = std::make_shared<std::decay_t<F>>(std::forward<F>(function))](int signal) {
            if constexpr (std::is_invocable_v<std::decay_t<F> &, int>)
                (void)std::invoke(*shared, signal);
            else
                (void)std::invoke(*shared);
        };
    }
};

} // namespace SignalBox
