// SPDX-License-Identifier: MIT
#include <SignalBox/qt/ossignals/signalsource_p.h>

#include <cerrno>

#include <unistd.h>

namespace SignalBox::detail {

constinit std::atomic<SignalSource *> SignalSource::current = nullptr;

namespace {

bool isIgnored(int number) noexcept
{
    struct sigaction present = {};
    return sigaction(number, nullptr, &present) == 0 && !(present.sa_flags & SA_SIGINFO) && present.sa_handler == SIG_IGN;
}

// What nohup, or a shell that starts a program in the background, has ignored. Looked at when the library is loaded, before
// the program can ignore anything itself.
const bool wasInterruptIgnored = isIgnored(SIGINT);
const bool wasHangupIgnored = isIgnored(SIGHUP);

} // namespace

// Holds a signal. The last holder restores what was there before.
class SignalSource::Listener
{
public:
    explicit Listener(int number) noexcept : m_number(number) {}
    ~Listener()
    {
        if (m_isHolding)
            instance().release(m_number);
    }
    Q_DISABLE_COPY_MOVE(Listener)

    void hold() noexcept { m_isHolding = true; }

private:
    const int m_number;
    bool m_isHolding = false;
};

SignalSource &SignalSource::instance()
{
    static auto *const source = new SignalSource;
    return *source;
}

SignalSource::SignalSource()
    : m_events(VectorStorage(signalCount), [this]() noexcept { m_wake.wake(); }), m_process(getpid())
{
    current.store(this);
}

QString SignalSource::refusalOf(int number)
{
    switch (number) {
    case SIGKILL:
        return QStringLiteral("signal %1 (SIGKILL) cannot be caught: the system does not allow it").arg(number);
    case SIGSTOP:
        return QStringLiteral("signal %1 (SIGSTOP) cannot be caught: the system does not allow it").arg(number);
    case SIGILL:
        return QStringLiteral("signal %1 (SIGILL) must not be caught: the faulty instruction would run again").arg(number);
    case SIGFPE:
        return QStringLiteral("signal %1 (SIGFPE) must not be caught: the faulty instruction would run again").arg(number);
    case SIGSEGV:
        return QStringLiteral("signal %1 (SIGSEGV) must not be caught: the faulty access would be made again").arg(number);
    case SIGBUS:
        return QStringLiteral("signal %1 (SIGBUS) must not be caught: the faulty access would be made again").arg(number);
    default:
        break;
    }
    if (number < 1 || number >= int(signalCount))
        return QStringLiteral("there is no signal %1; expected 1 to %2").arg(number).arg(signalCount - 1);
    return {};
}

bool SignalSource::isIgnoredByInheritance(int number) noexcept
{
    return ((number == SIGINT && wasInterruptIgnored) || (number == SIGHUP && wasHangupIgnored)) && isIgnored(number);
}

QString SignalSource::open()
{
    const std::lock_guard lock(m_mutex);
    if (m_wake.isOpen() || m_wake.open())
        return {};
    return QStringLiteral("there is no descriptor to wake the event loop with: ") + qt_error_string(errno);
}

std::shared_ptr<void> SignalSource::listen(int number, QString *error)
{
    *error = refusalOf(number);
    if (!error->isEmpty())
        return nullptr;
    auto listener = std::make_shared<Listener>(number);
    const std::lock_guard lock(m_mutex);
    if (!adoptProcess()) {
        *error = QStringLiteral("signal %1: no descriptor to wake the event loop of a child process: %2")
                     .arg(number).arg(qt_error_string(errno));
        return nullptr;
    }
    Caught &caught = m_caught[std::size_t(number)];
    if (caught.listeners == 0 && !install(number)) {
        *error = QStringLiteral("signal %1 cannot be caught: %2").arg(number).arg(qt_error_string(errno));
        return nullptr;
    }
    ++caught.listeners;
    listener->hold();
    return listener;
}

bool SignalSource::takeWakeUps()
{
    if (m_process.load() == getpid()) {
        m_wake.drain();
        return true;
    }
    const std::lock_guard lock(m_mutex);
    adoptProcess();
    return false;
}

bool SignalSource::install(int number) noexcept
{
    if (isIgnoredByInheritance(number))
        return true;
    struct sigaction present = {};
    if (sigaction(number, nullptr, &present) != 0)
        return false;
    if (present.sa_handler != &signalBoxHandleSignal)
        m_caught[std::size_t(number)].before = present;
    struct sigaction ours = {};
    ours.sa_handler = &signalBoxHandleSignal;
    // The program's own system calls go on where they can; threads with a signal stack of their own use it.
    ours.sa_flags = SA_RESTART | SA_ONSTACK;
    sigemptyset(&ours.sa_mask);
    return sigaction(number, &ours, nullptr) == 0;
}

void SignalSource::release(int number) noexcept
{
    const std::lock_guard lock(m_mutex);
    Caught &caught = m_caught[std::size_t(number)];
    if (--caught.listeners > 0)
        return;
    // A handler that the program has set after ours stays.
    struct sigaction present = {};
    if (sigaction(number, nullptr, &present) == 0 && !(present.sa_flags & SA_SIGINFO)
        && present.sa_handler == &signalBoxHandleSignal)
        sigaction(number, &caught.before, nullptr);
}

// In a child of fork() that listens or runs an event loop: its signals are its own from here on. False: errno says why.
bool SignalSource::adoptProcess()
{
    if (m_process.load() == getpid())
        return true;
    if (!m_wake.separateFromParent())
        return false;
    m_events.discardPending();
    m_process.store(getpid());
    for (int number = 1; number < int(signalCount); ++number) {
        if (m_caught[std::size_t(number)].listeners > 0)
            install(number); // again, where the handler has acted as before
    }
    return true;
}

} // namespace SignalBox::detail
