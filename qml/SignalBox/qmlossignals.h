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
    \brief POSIX signals for QML: Ctrl+C, SIGTERM, SIGHUP and others. The C++ class OsSignals has the details.

    There may be several elements. Their signals are emitted from the event loop.

    \threadsafety The application's thread only.
    \cost As OsSignals in C++.
    \lifetime An element's settings hold until it is destroyed.
    \errors Where \c supported is false, no signal ever arrives, and setting \c quitOnTermination or \c watched logs a warning. Watching
    a signal that OsSignals in C++ refuses also logs a warning.

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
        If true, the first SIGINT or SIGTERM emits terminated() and then quits the application; a second one ends it at once. This holds
        while it is true in any element, or set in C++. If onTerminated sets it to false, and it is true nowhere else, the application
        does not quit.
    */
    Q_PROPERTY(bool quitOnTermination READ isQuittingOnTermination WRITE setQuitOnTermination NOTIFY quitOnTerminationChanged FINAL)
    /*! Signals, by name or number, that are reported by received(). They have no other effect then. */
    Q_PROPERTY(QList<int> watched READ watched WRITE setWatched NOTIFY watchedChanged FINAL)

public:
    /*! Names for \c watched. */
    enum class Signal {
        Hangup = 1, //!< SIGHUP. POSIX defines the numbers of the first four
        Interrupt = 2, //!< SIGINT
        Quit = 3, //!< SIGQUIT
        Terminate = 15, //!< SIGTERM
#ifdef SIGUSR1 // but not these
        User1 = SIGUSR1, //!< SIGUSR1
        User2 = SIGUSR2, //!< SIGUSR2
#endif
    };
    Q_ENUM(Signal)

    /*! Watches no signal at first. */
    explicit QmlOsSignals(QObject *parent = nullptr);
    /*! Ends what this element has set. */
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
    /*! One of the watched signals has arrived. Several arrivals in one turn of the event loop are reported once. */
    void received(int signal);
    /*! SIGINT or SIGTERM has arrived and the application is about to quit. Save data here. */
    void terminated(int signal);

private:
    QList<int> m_watched;
    std::vector<HandlerGuard> m_guards; // one for each
    bool m_isQuittingOnTermination = false;
};

} // namespace SignalBox
