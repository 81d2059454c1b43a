// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerguard.h>
#endif
#include <SignalBox/qml/qml_export.h>

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

#include <csignal>
#include <vector>

namespace SignalBox {

/*!
    \class SignalBox::QmlOsSignals
    \qmltype OsSignals
    \brief POSIX signals for QML: Ctrl+C, SIGTERM, SIGHUP and the others. As OsSignals in C++, which says more.

    Several elements may be there. Signals are emitted from the event loop.

    \threadsafety The application's thread only.
    \cost As OsSignals in C++.
    \lifetime Each element has what it asked for while it lives.
    \errors Where \c supported is false no signal ever arrives, and setting \c quitOnTermination or \c watched logs a warning. So does
    a signal that OsSignals in C++ refuses.

    \code{.qml}
    OsSignals {
        quitOnTermination: true
        watched: [OsSignals.Hangup]
        onTerminated: signal => page.save()
        onReceived: signal => page.reload()
    }
    \endcode
*/
class SIGNALBOX_QML_EXPORT QmlOsSignals : public QObject
{
    Q_OBJECT
    QML_NAMED_ELEMENT(OsSignals)

    /*! Whether this system has POSIX signals. */
    Q_PROPERTY(bool supported READ isSupported CONSTANT FINAL)
    /*!
        The first SIGINT or SIGTERM quits the application, after terminated(); a second one ends it at once. This holds
        while it is true in any element, or set in C++. If onTerminated sets it to false, and no other holds it, the application goes on.
    */
    Q_PROPERTY(bool quitOnTermination READ isQuittingOnTermination WRITE setQuitOnTermination NOTIFY quitOnTerminationChanged FINAL)
    /*! Signals, by name or number, whose arrival is told by received(), and which then do nothing else. */
    Q_PROPERTY(QList<int> watched READ watched WRITE setWatched NOTIFY watchedChanged FINAL)

public:
    /*! Names for \c watched. */
    enum class Signal {
        Hangup = 1, //!< SIGHUP. POSIX has the numbers of the first four
        Interrupt = 2, //!< SIGINT
        Quit = 3, //!< SIGQUIT
        Terminate = 15, //!< SIGTERM
#ifdef SIGUSR1 // but not these
        User1 = SIGUSR1, //!< SIGUSR1
        User2 = SIGUSR2, //!< SIGUSR2
#endif
    };
    Q_ENUM(Signal)

    /*! Asks for nothing at first. */
    explicit QmlOsSignals(QObject *parent = nullptr);
    /*! Lets go of what it asked for. */
    ~QmlOsSignals() override;

    //! \cond The properties say it.
    bool isSupported() const;

    bool isQuittingOnTermination() const { return m_isQuittingOnTermination; }
    void setQuitOnTermination(bool enabled);

    QList<int> watched() const { return m_watched; }
    void setWatched(const QList<int> &watched);
    //! \endcond

Q_SIGNALS:
    //! \cond The properties say it.
    void quitOnTerminationChanged();
    void watchedChanged();
    //! \endcond
    /*! One of the watched signals has arrived; several arrivals before the event loop comes to them are one. */
    void received(int signal);
    /*! SIGINT or SIGTERM has arrived and the application is about to quit: the place to save. */
    void terminated(int signal);

private:
    QList<int> m_watched;
    std::vector<HandlerGuard> m_guards; // one for each
    bool m_isQuittingOnTermination = false;
};

} // namespace SignalBox
