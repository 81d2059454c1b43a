// SPDX-License-Identifier: MIT
#include <SignalBox/qt/ossignals/signalhub_p.h>
#include <SignalBox/qt/ossignals/signalsource_p.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qsocketnotifier.h>
#include <QtCore/qthread.h>

#include <atomic>
#include <utility>

namespace SignalBox::detail {

namespace {

const auto startEvent = QEvent::Type(QEvent::registerEventType());

std::mutex hubMutex; // held while a hub comes or leaves, never while foreign code runs
std::atomic<SignalHub *> currentHub = nullptr; // sequentially consistent: off every hot path
SignalHub::Emitter emitter; // set before the first hub is made

} // namespace

void SignalHub::setEmitter(const Emitter &itsEmitter) noexcept
{
    emitter = itsEmitter;
}

SignalHub *SignalHub::existing() noexcept
{
    return currentHub.load();
}

SignalHub *SignalHub::current(QString *error)
{
    if (!QCoreApplication::instance()) {
        *error = QStringLiteral("there is no QCoreApplication, on whose thread signals arrive");
        return nullptr;
    }
    *error = SignalSource::instance().open();
    if (!error->isEmpty())
        return nullptr;
    // A second application of the process has a hub from its beginning, for receivers that outlive the first one. Calls
    // makeHub() at once for the present one.
    static std::atomic<bool> isAdded = false; // sequentially consistent: off every hot path
    if (!isAdded.exchange(true))
        qAddPreRoutine(&SignalHub::makeHub);
    makeHub();
    return existing();
}

void SignalHub::makeHub()
{
    if (currentHub.load())
        return;
    std::unique_ptr<SignalHub> made(new SignalHub);
    SignalHub *const hub = made.get();
    {
        const std::lock_guard lock(hubMutex);
        if (currentHub.load())
            return; // ours ends after the mutex
        // A routine serves one application only.
        qAddPostRoutine(&SignalHub::endHub);
        currentHub.store(made.release());
    }
    hub->begin();
}

// Calls connectNotify() and event filters of the application, which may use the hub.
void SignalHub::begin()
{
    moveToThread(m_home);
    connect(&m_quitTimer, &QTimer::timeout, this, &SignalHub::quit);
    connect(QCoreApplication::instance(), &QCoreApplication::aboutToQuit, this, [this] { m_quitTimer.stop(); });
    EventRegistry<> &events = SignalSource::instance().events();
    for (int number = 1; number < NSIG; ++number)
        m_forwards.push_back(events.registerListener(EventId(number)).onChanged([this, number] { deliver(number); }));
    if (m_home == QThread::currentThread() && QAbstractEventDispatcher::instance())
        startReading();
    else
        QCoreApplication::postEvent(this, new QEvent(startEvent));
}

// In the destructor of the application, on its thread.
void SignalHub::endHub()
{
    SignalHub *hub = nullptr;
    {
        const std::lock_guard lock(hubMutex);
        hub = currentHub.exchange(nullptr);
    }
    if (!hub)
        return;
    const bool wasQuitting = hub->stopQuittingOnTermination();
    delete hub;
    if (wasQuitting)
        emitter.quitOnTerminationChanged(false);
}

SignalHub::SignalHub() : m_home(QCoreApplication::instance()->thread()), m_quitTimer(this)
{
    m_quitTimer.setSingleShot(true);
    m_quitTimer.setInterval(0);
}

SignalHub::~SignalHub() = default;

AsyncRegistry<int> &SignalHub::handlersOf(int number)
{
    const auto find = [&] {
        const std::lock_guard lock(m_mutex);
        return m_handlers[number].get();
    };
    if (AsyncRegistry<int> *known = find())
        return *known;
    // Without the mutex: a move is seen by event filters of the application, and the name by those who wait for it.
    auto made = std::make_unique<AsyncRegistry<int>>();
    made->moveToThread(m_home);
    AsyncRegistry<int> *const handlers = made.get();
    {
        const std::lock_guard lock(m_mutex);
        if (m_handlers[number])
            return *m_handlers[number]; // ours ends after the mutex
        m_handlers[number] = std::move(made);
    }
    handlers->setName(QStringLiteral("signal %1").arg(number));
    return *handlers;
}

bool SignalHub::unregister(HandlerId id) noexcept
{
    for (auto &place : m_handlers) {
        AsyncRegistry<int> *handlers = nullptr;
        {
            const std::lock_guard lock(m_mutex);
            handlers = place.get();
        }
        if (handlers && handlers->unregister(id))
            return true;
    }
    return false;
}

QString SignalHub::startQuittingOnTermination()
{
    SignalSource &source = SignalSource::instance();
    const std::lock_guard lock(m_mutex);
    if (!m_terminationListeners.empty())
        return {};
    // First, so that the handler knows what the first signal that it catches means.
    source.setTermination(SignalSource::Termination::Awaited);
    QString error;
    Listeners listeners;
    for (const int number : {SIGINT, SIGTERM}) {
        auto listener = source.listen(number, &error);
        if (!listener) {
            source.setTermination(SignalSource::Termination::Plain);
            return error;
        }
        listeners.push_back(std::move(listener));
    }
    m_terminationListeners.swap(listeners);
    return {};
}

bool SignalHub::stopQuittingOnTermination() noexcept
{
    Listeners listeners; // they end after the lock
    const std::lock_guard lock(m_mutex);
    if (m_terminationListeners.empty())
        return false;
    m_terminationListeners.swap(listeners);
    SignalSource::instance().setTermination(SignalSource::Termination::Plain);
    return true;
}

bool SignalHub::isQuittingOnTermination() const
{
    const std::lock_guard lock(m_mutex);
    return !m_terminationListeners.empty();
}

bool SignalHub::event(QEvent *event)
{
    if (event->type() == startEvent) {
        startReading();
        return true;
    }
    return QObject::event(event);
}

void SignalHub::startReading()
{
    auto *const notifier = new QSocketNotifier(SignalSource::instance().descriptor(), QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, &SignalHub::read);
}

void SignalHub::read()
{
    SignalSource &source = SignalSource::instance();
    if (source.takeWakeUps())
        source.events().broadcast();
}

void SignalHub::deliver(int number)
{
    emitter.received(number);
    AsyncRegistry<int> *handlers = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        handlers = m_handlers[number].get();
    }
    if (handlers)
        handlers->post(number);
    if (!SignalSource::isTermination(number) || !SignalSource::instance().isTerminationRequested())
        return;
    emitter.terminated(number);
    // A slot may have decided to stay.
    if (SignalSource::instance().isTerminationRequested())
        quit();
}

bool SignalHub::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Quit)
        m_isQuitSent = true;
    return QObject::eventFilter(watched, event);
}

// QCoreApplication::quit() sends the event that ends each loop of the thread, after windows have been asked to close; but
// before exec() it does nothing, not even to another loop that runs then. That one is sent the event from here, and what is
// repeated is the attempt to quit, since exec() follows that loop.
void SignalHub::quit()
{
    if (thread()->loopLevel() == 0) {
        m_quitTimer.start();
        return;
    }
    QCoreApplication *const application = QCoreApplication::instance();
    m_isQuitSent = false;
    application->installEventFilter(this);
    QCoreApplication::quit();
    application->removeEventFilter(this);
    if (m_isQuitSent)
        return; // exec() ends, unless a window has refused
    QEvent request(QEvent::Quit);
    QCoreApplication::sendEvent(application, &request);
    // Newer versions of Qt emit aboutToQuit() for that event, which stops the timer.
    if (request.isAccepted())
        m_quitTimer.start();
}

} // namespace SignalBox::detail
