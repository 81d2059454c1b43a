// SPDX-License-Identifier: MIT
#include <SignalBox/qt/ossignals/signalsource_p.h>

#include <cerrno>

#include <unistd.h>

// What runs in the signal handler, on any thread and between any two instructions of it. Only async-signal-safe calls
// are allowed here; a test looks at which ones the object file makes.

namespace SignalBox::detail {

void SignalSource::handle(int number) noexcept
{
    if (m_process.load() != getpid())
        actAsBefore(number);
    else if (isAskedAgain(number))
        terminate(number);
    else
        m_events.recordEvent(EventId(number));
}

bool SignalSource::isAskedAgain(int number) noexcept
{
    if (!isTermination(number))
        return false;
    Termination awaited = Termination::Awaited;
    m_termination.compare_exchange_strong(awaited, Termination::Requested);
    return awaited == Termination::Requested;
}

// Pending until the handler returns, as the signal is blocked in it.
void SignalSource::actAsBefore(int number) const noexcept
{
    sigaction(number, &m_caught[std::size_t(number)].before, nullptr);
    raise(number);
}

void SignalSource::terminate(int number) noexcept
{
    struct sigaction plain = {};
    plain.sa_handler = SIG_DFL;
    sigemptyset(&plain.sa_mask);
    sigaction(number, &plain, nullptr);
    sigset_t itself;
    sigemptyset(&itself);
    sigaddset(&itself, number);
    pthread_sigmask(SIG_UNBLOCK, &itself, nullptr);
    raise(number);
}

} // namespace SignalBox::detail

void signalBoxHandleSignal(int number)
{
    const int savedError = errno;
    SignalBox::detail::SignalSource::current.load()->handle(number);
    errno = savedError;
}
