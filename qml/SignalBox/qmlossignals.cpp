// SPDX-License-Identifier: MIT
#include <SignalBox/qmlossignals.h>

#include <SignalBox/qt/ossignals/ossignals.h>

#include <mutex>

namespace SignalBox {

namespace {

#ifdef Q_OS_UNIX
static_assert(int(QmlOsSignals::Signal::Hangup) == SIGHUP && int(QmlOsSignals::Signal::Interrupt) == SIGINT
              && int(QmlOsSignals::Signal::Quit) == SIGQUIT && int(QmlOsSignals::Signal::Terminate) == SIGTERM);
#endif

// Quitting is one for the whole process, and elements ask for it in the engines of any thread.
class Termination
{
public:
    static Termination &instance()
    {
        static Termination termination;
        return termination;
    }

    void ask()
    {
        const std::lock_guard lock(m_mutex);
        if (m_count++ == 0)
            m_isAskedByOthers = OsSignals::instance()->isQuittingOnTermination();
        OsSignals::instance()->setQuitOnTermination(true); // the application may be another than the one last asked for
    }

    void withdraw()
    {
        const std::lock_guard lock(m_mutex);
        if (--m_count == 0 && !m_isAskedByOthers)
            OsSignals::instance()->setQuitOnTermination(false);
    }

private:
    std::recursive_mutex m_mutex; // what is changed is told inside, and may be changed by who is told
    int m_count = 0;
    bool m_isAskedByOthers = false;
};

} // namespace

QmlOsSignals::QmlOsSignals(QObject *parent)
    : QObject(parent)
{
    connect(OsSignals::instance(), &OsSignals::terminated, this, &QmlOsSignals::terminated);
}

QmlOsSignals::~QmlOsSignals()
{
    if (m_isQuittingOnTermination)
        Termination::instance().withdraw();
}

bool QmlOsSignals::isSupported() const
{
    return OsSignals::isSupported();
}

void QmlOsSignals::setQuitOnTermination(bool enabled)
{
    if (m_isQuittingOnTermination == enabled)
        return;
    m_isQuittingOnTermination = enabled;
    if (enabled)
        Termination::instance().ask();
    else
        Termination::instance().withdraw();
    Q_EMIT quitOnTerminationChanged();
}

void QmlOsSignals::setWatched(const QList<int> &watched)
{
    if (m_watched == watched)
        return;
    m_watched = watched;
    std::vector<HandlerGuard> guards;
    for (const int signal : watched) {
        guards.push_back(OsSignals::instance()->registerGuard(signal, this, [this](int number) { Q_EMIT received(number); },
                                                              {.name = QStringLiteral("OsSignals")}, SourceLocation()));
    }
    m_guards.swap(guards); // the old ones end last, so that a signal that stays is never left alone
    Q_EMIT watchedChanged();
}

} // namespace SignalBox
