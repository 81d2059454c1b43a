// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/eventregistry.h>
#include <SignalBox/qt/ossignals/wakedescriptor_p.h>

#include <QtCore/qstring.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>

#include <sys/types.h>

extern "C" void signalBoxHandleSignal(int number);

namespace SignalBox::detail {

/*!
    Which signals this process catches, and what its signal handler does with them: one for the process,
    made by the first use, never destroyed, since a handler may be running on any thread at any time.

    The handler records the signal in an EventRegistry, whose wake function writes to a descriptor that the
    application's event loop watches (SignalHub). It calls nothing that is not async-signal-safe and keeps errno.

    A child of fork() has the handlers of its parent, and shares the descriptor. So the handler compares the process
    id before it records or writes: in a child the signal does what it did before it was caught. The reader compares
    it, too: a child that goes on using the event loop gets a descriptor of its own.

    Thread-safe.
*/
class SignalSource
{
public:
    /*! What SIGINT and SIGTERM mean. */
    enum class Termination {
        Plain, //!< Nothing special.
        Awaited, //!< The next one is a request to quit.
        Requested, //!< The next one ends the process.
    };

    static SignalSource &instance();
    static bool isTermination(int number) noexcept { return number == SIGINT || number == SIGTERM; }

    /*! Why the signal cannot be listened to; empty if it can. */
    static QString refusalOf(int number);

    /*! Whether it is SIGINT or SIGHUP, and is ignored as it was when the program started: it stays so. */
    static bool isIgnoredByInheritance(int number) noexcept;

    /*! Opens the descriptor. Empty if it is open; else why not. */
    QString open();
    EventRegistry<> &events() noexcept { return m_events; }
    int descriptor() const noexcept { return m_wake.readEnd(); }

    /*! After open(). Catches the signal as long as the result or another one like it lives; then it does again what
        it did before. Null: \a error says why; nothing was changed. */
    std::shared_ptr<void> listen(int number, QString *error);

    /*! The descriptor is readable: takes the wake-ups. False: what was recorded is the parent's and has been
        forgotten. */
    bool takeWakeUps();

    void setTermination(Termination termination) noexcept { m_termination.store(termination); }
    bool isTerminationRequested() const noexcept { return m_termination.load() == Termination::Requested; }

private:
    friend void ::signalBoxHandleSignal(int number);
    class Listener;
    struct Caught
    {
        int listeners = 0;
        struct sigaction before = {}; // read by the handler in a child of fork(); written before it is installed
    };
    static constexpr std::size_t signalCount = NSIG; // numbers are below

    SignalSource();

    // In the signal handler (signalhandler.cpp).
    void handle(int number) noexcept;
    bool isAskedAgain(int number) noexcept;
    void actAsBefore(int number) const noexcept;
    static void terminate(int number) noexcept;

    bool install(int number) noexcept;
    void release(int number) noexcept;
    bool adoptProcess();

    // For the handler. Set once, before any is installed: sigaction() orders it.
    static std::atomic<SignalSource *> current;

    EventRegistry<> m_events;
    WakeDescriptor m_wake; // opened before the first handler is installed, constant from then on

    // Sequentially consistent, as they are off every hot path. The handler reads both and writes the second.
    std::atomic<pid_t> m_process;
    std::atomic<Termination> m_termination = Termination::Plain;
    static_assert(std::atomic<pid_t>::is_always_lock_free && std::atomic<Termination>::is_always_lock_free,
                  "a signal handler must not meet a lock");

    std::mutex m_mutex; // guards m_caught, and which handlers are installed; never taken by the handler
    Caught m_caught[signalCount];
};

} // namespace SignalBox::detail
