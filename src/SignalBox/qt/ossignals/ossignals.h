// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/core/watchreceiver.h>
#endif
#include <SignalBox/ossignals/ossignals_export.h>
#include <SignalBox/qt/routes/asyncoptions.h>

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

    A signal is caught while there is a listener for it: a handler, a receiver, a future, or quitOnTermination(). When the
    last listener goes, the previous disposition is restored. Listeners run in the event loop and may call any function.
    Several arrivals before the event loop handles them are merged into one.

    \threadsafety Thread-safe: all functions. The Qt signals of this object are emitted on the application's thread.

    \ordering On the application's thread, received() comes before handlers, handlers before terminated(), and that
    before the loop is asked to quit. Different signals that arrive together are handled in the order of their numbers.

    \cost In the interrupted thread: two atomic exchanges, getpid() and one write(). Nothing is allocated or locked, and
    errno is preserved.

    \errors A refused call logs a warning in the category \c signalbox, with the reason, and changes nothing. These are
    refused: SIGKILL and SIGSTOP, which cannot be caught; SIGILL, SIGFPE, SIGSEGV and SIGBUS, since the fault would be
    repeated for ever; numbers of no signal; and every call without a QCoreApplication, or if isSupported() is false.

    \lifetime The object is never destroyed. Handlers, futures and quitOnTermination() end with the QCoreApplication
    object; a second one in the process starts without them. Receivers and connections to this object go on. No other
    thread may be calling while the application object is destroyed.

    <b>Ignored at the start.</b> A SIGINT or SIGHUP that was ignored when the program started stays ignored, as nohup and
    background jobs expect. Listeners are accepted, but are not called. A program that needs the signal anyway calls
    `signal(SIGHUP, SIG_DFL)` before it adds the listener.

    <b>Other signal handlers.</b> A handler that the program has installed before is not called while the signal is caught.
    In particular, a listener for SIGCHLD replaces the handler by which QProcess waits for children where the system has no
    process descriptors (Linux before 5.4). If other code installs a handler after SignalBox, that one stays: listeners are
    not called any more, unless it calls the handler that it replaced, and it is not removed when the last listener goes.

    <b>The last listener.</b> A signal that arrives while the last listener is removed may find the restored disposition, which
    for SIGTERM ends the process. A signal that was caught before and is not handled yet is lost.

    System calls are restarted (\c SA_RESTART) where the system supports it. In a child of fork() a signal does what it did
    before it was caught. It neither wakes the parent nor is seen by it, until the child uses OsSignals itself. A program
    that is started by exec() has the default again.

    \code
    QCoreApplication application(argc, argv);
    auto *const osSignals = SignalBox::OsSignals::instance();
    osSignals->quitOnTermination();
    osSignals->registerHandler(SIGHUP, &server, [&] { server.reload(); });
    return application.exec();
    \endcode
*/
class SIGNALBOX_OSSIGNALS_EXPORT OsSignals : public QObject
{
    Q_OBJECT
    /*! Whether the first SIGINT or SIGTERM quits the application; see quitOnTermination(). */
    Q_PROPERTY(bool quitOnTermination READ isQuittingOnTermination WRITE setQuitOnTermination NOTIFY quitOnTerminationChanged
                   FINAL)

public:
    /*! The one object. The first call creates it; call it on the main thread if there is no application yet. */
    static OsSignals *instance();

    /*! Whether this system has POSIX signals. */
    static bool isSupported() noexcept;

    /*!
        A receiver that changes with each arrival of \a signal from now on. The receiver, its copies and their callbacks are
        listeners. Callbacks run on the application's thread; use an AsyncWatch for other threads. Any thread may wait for a
        change. Returns an empty receiver if refused.
    */
    [[nodiscard]] WatchReceiver<> watch(int signal);

    /*!
        Calls \a function, with or without the signal's number, on the thread of \a context whenever \a signal has
        arrived. The handler ends with \a context, or with the application. Returns an invalid id if refused.
    */
    template <class F>
        requires(std::is_invocable_v<std::decay_t<F> &> || std::is_invocable_v<std::decay_t<F> &, int>)
    HandlerId registerHandler(int signal, QObject *context, F &&function, const AsyncOptions &options = {},
                              const SourceLocation &location = SourceLocation::current())
    {
        return addHandler(signal, context, wrap(std::forward<F>(function)), options, location,
                          "OsSignals::registerHandler()").release();
    }

    /*! As registerHandler(), for as long as the guard lives. Returns an empty guard if refused. */
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
        The number of \a signal when it arrives next. Empty if refused, or if the application ends first. Finishes on the
        application's thread. Cancelling the future removes the listener.
    */
    [[nodiscard]] QFuture<std::optional<int>> next(int signal);

    /*!
        The first SIGINT or SIGTERM from now on quits the application's event loops as QCoreApplication::quit() does,
        also when it arrives before exec() or in a nested loop; a window may refuse. A second one ends the process at
        once, even if no loop runs. Holds until setQuitOnTermination(false) or the end of the application object. A SIGINT
        that was ignored when the program started stays ignored. Returns false if refused.
    */
    bool quitOnTermination();
    /*! True: as quitOnTermination(). False: switches it off; in a slot of terminated(), the application then goes on. */
    void setQuitOnTermination(bool enabled);
    /*! Whether quitOnTermination() is on. */
    bool isQuittingOnTermination() const;

Q_SIGNALS:
    /*! A signal with a listener has arrived. */
    void received(int signal);
    /*! SIGINT or SIGTERM has arrived, and the application is about to quit: save here. A slot that calls
        setQuitOnTermination(false) lets the application go on. */
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
