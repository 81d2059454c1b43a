// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerguard.h>
#endif
#include <SignalBox/qt/registry/asyncregistry.h>

#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>

#include <csignal>
#include <memory>
#include <mutex>
#include <vector>

namespace SignalBox::detail {

/*!
    The part of OsSignals that belongs to one application object. It lives on the application's thread, reads the descriptor
    there, and holds the handlers and the wish to quit, which end with the application.

    The descriptor is drained before the broadcast, so that a signal after it wakes the loop again, also a nested one
    that a handler runs.
*/
class SignalHub : public QObject
{
    Q_OBJECT

public:
    /*! Emits the signals of OsSignals. */
    struct Emitter
    {
        void (*received)(int signal) = nullptr;
        void (*terminated)(int signal) = nullptr;
        void (*quitOnTerminationChanged)(bool enabled) = nullptr;
    };
    /*! Before the first call of current(). */
    static void setEmitter(const Emitter &emitter) noexcept;

    /*! The hub of the application object, made if there is none yet. Null: \a error says why. Thread-safe. */
    static SignalHub *current(QString *error);
    /*! The same, but null if there is none yet. */
    static SignalHub *existing() noexcept;

    ~SignalHub() override;

    /*! The handlers of one signal. Thread-safe. */
    AsyncRegistry<int> &handlersOf(int number);
    bool unregister(HandlerId id) noexcept;

    /*! Empty if it worked; else why not. Thread-safe. */
    QString startQuittingOnTermination();
    /*! Whether it was on. Thread-safe. */
    bool stopQuittingOnTermination() noexcept;
    bool isQuittingOnTermination() const;

protected:
    bool event(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    using Listeners = std::vector<std::shared_ptr<void>>;

    SignalHub();
    static void makeHub();
    static void endHub();

    void begin();
    void startReading();
    void read();
    void deliver(int number);
    void quit();

    QThread *const m_home; // of the application
    QTimer m_quitTimer;
    bool m_isQuitSent = false;
    std::vector<HandlerGuard> m_forwards; // one per signal: from the broadcast to deliver()

    mutable std::mutex m_mutex; // guards what follows
    std::unique_ptr<AsyncRegistry<int>> m_handlers[NSIG];
    Listeners m_terminationListeners; // empty: off
};

} // namespace SignalBox::detail
