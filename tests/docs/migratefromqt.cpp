// SPDX-License-Identifier: MIT
#include "migratefromqt.h"

#include "migration.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>
#include <SignalBox/EventBatch>
#include <SignalBox/EventModel>
#include <SignalBox/EventStream>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <coroutine>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <variant>
#include <vector>

QStringList qtSignalsBefore()
{
    QStringList done;
    Downloads downloads;
    QObject window;
    // One after the other in the order of the connections, so the log is connected first.
    QObject::connect(&downloads, &Downloads::finished, &window,
                     [&](const QString &file) { done.append(QStringLiteral("log ") + file); });
    QObject::connect(&downloads, &Downloads::finished, &window,
                     [&](const QString &file) { done.append(QStringLiteral("show ") + file); });

    std::thread worker([&] { Q_EMIT downloads.finished(QStringLiteral("a.txt")); });
    worker.join();
    QCoreApplication::processEvents();
    return done;
}

QStringList qtSignalsAfter()
{
    QStringList done;
    SignalBox::AsyncRegistry<QString> finished;
    QObject window;
    finished.registerHandler(&window, [&](const QString &file) { done.append(QStringLiteral("show ") + file); });
    finished.registerHandler(&window, [&](const QString &file) { done.append(QStringLiteral("log ") + file); },
                             {.priority = 100});

    std::thread worker([&] { finished.post(QStringLiteral("a.txt")); });
    worker.join();
    QCoreApplication::processEvents();
    return done;
}

// The rows of the table on slots, and on a signal without arguments.
QStringList qtSlotsAfter()
{
    SignalBox::AsyncRegistry<QString> finished;
    SignalBox::AsyncRegistry<Cleared> cleared;
    Window window;
    finished.registerHandler(&window, std::bind_front(&Window::show, &window));
    cleared.registerHandler(&window, [&](const Cleared &) { window.clear(); });
    finished.post(QStringLiteral("a.txt"));
    cleared.post({});
    finished.post(QStringLiteral("b.txt"));
    return window.shown;
}

QStringList connectBefore()
{
    Downloads downloads;
    Window window;
    QObject::connect(&downloads, &Downloads::progressed, &window, &Window::showProgress);

    std::thread worker([&] { Q_EMIT downloads.progressed(50); });
    worker.join();
    QCoreApplication::processEvents();
    return window.shown;
}

QStringList connectAfter()
{
    Downloads downloads;
    Window window;
    SignalBox::connect(&downloads, &Downloads::progressed, &window, &Window::showProgress,
                       {.backlog = SignalBox::Backlog::newest()});

    std::thread worker([&] {
        for (int percent = 0; percent <= 50; ++percent)
            Q_EMIT downloads.progressed(percent);
    });
    worker.join();
    QCoreApplication::processEvents();
    return window.shown;
}

namespace {

// A number for each reading.
template <class Connect>
QStringList numbersOf(Connect connect)
{
    Sensor sensor;
    QStringList shown;
    QObject window;
    connect(sensor, window, [&](int channel, double value) { shown.append(QString::number(channel + value)); });
    for (int channel = 1; channel <= 3; ++channel)
        Q_EMIT sensor.measured(channel, 0.5);
    while (shown.size() < 3)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return shown;
}

} // namespace

QStringList batchesOfArguments()
{
    return numbersOf([](Sensor &sensor, QObject &window, auto show) {
        SignalBox::connect(&sensor, &Sensor::measured, &window,
                           [=](const SignalBox::EventBatch<std::tuple<int, double>> &readings) {
                               for (const auto &[channel, value] : readings)
                                   show(channel, value);
                           },
                           {.backlog = SignalBox::Backlog::all().every(16)});
    });
}

QStringList batchesOfStructs()
{
    SignalBox::AsyncRegistry<Reading> readings; // struct Reading { int channel; double value; };
    return numbersOf([&](Sensor &sensor, QObject &window, auto show) {
        readings.addSource(&sensor, &Sensor::measured);
        readings.registerHandler(&window, [=](const SignalBox::EventBatch<Reading> &batch) {
            for (const Reading &reading : batch)
                show(reading.channel, reading.value);
        }, {.backlog = SignalBox::Backlog::all().every(16)});
    });
}

// The end of a flood, as an event of the same registry.
QStringList theEndComesLast()
{
    QStringList shown;
    QObject window;
    struct End {};
    SignalBox::AsyncRegistry<std::variant<Reading, End>> readings;
    readings.registerHandler(&window, [&](const SignalBox::EventBatch<std::variant<Reading, End>> &batch) {
        for (const auto &event : batch) {
            if (const auto *reading = std::get_if<Reading>(&event))
                shown.append(QString::number(reading->channel));
            else
                shown.append(QStringLiteral("over"));
        }
    }, {.backlog = SignalBox::Backlog::all().every(16)});
    std::thread worker([&] {
        for (int channel = 1; channel <= 3; ++channel)
            readings.post(Reading{channel, 0.5});
        readings.post(End());
    });
    worker.join();
    while (!shown.contains(QStringLiteral("over")))
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return shown;
}

// The same where the sender stays as it is: its end is posted on its thread, after what it has sent.
QStringList theEndIsPosted()
{
    QStringList shown;
    QObject window;
    Sensor sensor;
    struct Measured
    {
        Measured() = default;
        Measured(int itsChannel, double itsValue) : isLast(false), channel(itsChannel), value(itsValue) {}

        bool isLast = true;
        int channel = 0;
        double value = 0;
    };
    SignalBox::AsyncRegistry<Measured> readings;
    readings.addSource(&sensor, &Sensor::measured);
    QObject::connect(&sensor, &Sensor::finished, [&] { readings.post(Measured()); }); // on the sensor's thread
    readings.registerHandler(&window, [&](const SignalBox::EventBatch<Measured> &batch) {
        for (const Measured &reading : batch)
            shown.append(reading.isLast ? QStringLiteral("over") : QString::number(reading.channel));
    }, {.backlog = SignalBox::Backlog::all().every(16)});
    std::thread worker([&] {
        for (int channel = 1; channel <= 3; ++channel)
            Q_EMIT sensor.measured(channel, 0.5);
        Q_EMIT sensor.finished();
    });
    worker.join();
    while (!shown.contains(QStringLiteral("over")))
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return shown;
}

// And by the worker, which waits for the last one.
QStringList theEndIsNotified()
{
    QStringList shown;
    QObject window;
    Sensor sensor;
    SignalBox::AsyncRegistry<Reading> readings;
    readings.registerHandler(&window, [&](const Reading &reading) { shown.append(QString::number(reading.channel)); },
                             {.backlog = SignalBox::Backlog::throttled(16)});
    QObject::connect(&sensor, &Sensor::finished, &window, [&] { shown.append(QStringLiteral("over")); });
    std::thread worker([&] {
        for (int channel = 1; channel < 1000; ++channel)
            readings.post({channel, 0.5});
        readings.notify({1000, 0.5}).waitForFinished(); // it has been shown
        Q_EMIT sensor.finished();
    });
    while (!shown.contains(QStringLiteral("over")))
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    worker.join();
    return shown;
}

// A model with a row for each channel, one with the last thousand, and a handler of what has changed.
QStringList tablesAfter()
{
    QStringList shown;
    Window window;
    Sensor sensor;
    SignalBox::AsyncRegistry<Reading> readings; // before the models and guards that use it
    readings.addSource(&sensor, &Sensor::measured);

    SignalBox::EventModel newest;
    newest.addColumn<Reading>("channel", &Reading::channel);
    newest.addColumn<Reading>("value", [](const Reading &reading) { return QString::number(reading.value, 'f', 1); });
    newest.setKey(QStringLiteral("channel")); // a column, or a member: one row for each value of it
    newest.setRegistry(&readings);

    SignalBox::EventModel log;
    log.addColumn<Reading>("value", &Reading::value);
    log.setCapacity(1000); // the oldest rows go
    log.setRegistry(&readings);

    readings.registerHandler(&window, [&](const SignalBox::EventBatch<Reading> &changed) {
        for (const Reading &reading : changed)
            window.show(QString::number(reading.channel));
    }, {.backlog = SignalBox::Backlog::newestBy(&Reading::channel).every(16)});

    std::thread worker([&] {
        for (int i = 0; i < 3000; ++i)
            Q_EMIT sensor.measured(i % 2, i / 2);
    });
    worker.join();
    while (newest.received() < 3000 || log.received() < 3000 || window.shown.size() < 2)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    for (int row = 0; row < newest.rowCount(); ++row)
        shown.append(newest.index(row, 0).data().toString() + u' ' + newest.index(row, 1).data().toString());
    shown.append(QString::number(log.rowCount()));
    shown.append(log.index(log.rowCount() - 1, 0).data().toString());
    return shown;
}

// The row on a connection that is a member.
bool memberConnectionIsEnded()
{
    class Chart : public QObject
    {
    public:
        void follow(Sensor *sensor)
        {
            m_readings.disconnect();
            m_readings = SignalBox::connect(sensor, &Sensor::measured, this, [] {});
        }
        bool isFollowing() const { return bool(m_readings); }

    private:
        SignalBox::SourceConnection m_readings;
    };
    Sensor first;
    Sensor second;
    Chart chart;
    const bool wasFollowing = chart.isFollowing();
    chart.follow(&first);
    chart.follow(&second);
    return !wasFollowing && chart.isFollowing();
}

QStringList debounceBefore()
{
    QObject field;
    Window window;
    QTimer timer;
    timer.setSingleShot(true);
    timer.setInterval(30);
    QObject::connect(&timer, &QTimer::timeout, &window, &Window::search);
    QObject::connect(&field, &QObject::objectNameChanged, &timer, qOverload<>(&QTimer::start));
    for (const QString &text : {QStringLiteral("a"), QStringLiteral("ab"), QStringLiteral("abc")})
        field.setObjectName(text);
    while (window.shown.isEmpty())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return window.shown;
}

QStringList debounceAfter()
{
    QObject field;
    Window window;
    SignalBox::connect(&field, &QObject::objectNameChanged, &window, &Window::search,
                       {.backlog = SignalBox::Backlog::debounced(30)});
    for (const QString &text : {QStringLiteral("a"), QStringLiteral("ab"), QStringLiteral("abc")})
        field.setObjectName(text);
    while (window.shown.isEmpty())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return window.shown;
}

// One line for each of Qt's connection types.
QStringList connectionTypesAfter()
{
    Downloads downloads;
    Window window;
    SignalBox::AsyncRegistry<QString> finished;
    finished.addSource(&downloads, &Downloads::finished);
    // Qt::AutoConnection
    finished.registerHandler(&window, &Window::show);
    // Qt::DirectConnection
    finished.registerHandler([&](const QString &file) { window.show(QStringLiteral("direct ") + file); });
    // Qt::QueuedConnection
    finished.registerHandler(&window, [&](const QString &file) { window.show(QStringLiteral("queued ") + file); },
                             {.delivery = SignalBox::Delivery::Queued});
    // Qt::SingleShotConnection
    finished.registerHandler(&window, [&](const QString &file) { window.show(QStringLiteral("once ") + file); }, {.once = true});
    // Qt::UniqueConnection
    SignalBox::HandlerId shown;
    for (int round = 0; round < 2; ++round) {
        if (!finished.contains(shown))
            shown = finished.registerHandler(&window, [&](const QString &file) { window.show(QStringLiteral("unique ") + file); });
    }
    Q_EMIT downloads.finished(QStringLiteral("a"));
    Q_EMIT downloads.finished(QStringLiteral("b"));
    QCoreApplication::processEvents();
    return window.shown;
}

QStringList throttlersAfter()
{
    QObject sender;
    Window window;
    // was a KDSignalThrottler with a timeout of 20 ms, and two connections
    SignalBox::connect(&sender, &QObject::objectNameChanged, &window, &Window::show,
                       {.backlog = SignalBox::Backlog::throttled(20)});
    // was a KDSignalDebouncer
    SignalBox::connect(&sender, &QObject::objectNameChanged, &window, [&] { window.show(QStringLiteral("silence")); },
                       {.backlog = SignalBox::Backlog::debounced(60)});
    for (int number = 0; number < 100; ++number)
        sender.setObjectName(QString::number(number));
    while (!window.shown.contains(QStringLiteral("silence")))
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return window.shown;
}

QStringList byHandBefore()
{
    Window window;
    std::mutex mutex;
    std::vector<QString> waiting;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &window, [&] {
        std::vector<QString> lines;
        {
            const std::scoped_lock lock(mutex);
            lines.swap(waiting);
        }
        for (const QString &line : lines)
            window.show(line);
    });
    timer.start(16);

    std::thread worker([&] {
        for (const QString &line : {QStringLiteral("a.txt"), QStringLiteral("b.txt")}) {
            const std::scoped_lock lock(mutex);
            waiting.push_back(line);
        }
    });
    worker.join();
    while (window.shown.size() < 2)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return window.shown;
}

QStringList byHandAfter()
{
    Window window;
    SignalBox::AsyncRegistry<QString> lines;
    lines.registerHandler(&window, [&](const SignalBox::EventBatch<QString> &batch) {
        for (const QString &line : batch)
            window.show(line);
    }, {.backlog = SignalBox::Backlog::all().every(16)});

    std::thread worker([&] {
        for (const QString &line : {QStringLiteral("a.txt"), QStringLiteral("b.txt")})
            lines.post(line);
    });
    worker.join();
    while (window.shown.size() < 2)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return window.shown;
}

QStringList clearedInOrder()
{
    Window window;
    SignalBox::AsyncRegistry<std::optional<QString>> lines; // nothing: the button "Clear"
    lines.registerHandler(&window, [&](const SignalBox::EventBatch<std::optional<QString>> &batch) {
        for (const std::optional<QString> &line : batch)
            line ? window.show(*line) : window.clear();
    }, {.backlog = SignalBox::Backlog::all().every(16)});
    lines.post(QStringLiteral("a.txt"));
    lines.post(std::nullopt); // in the slot of the button
    lines.post(QStringLiteral("b.txt"));
    while (window.shown != QStringList{QStringLiteral("b.txt")})
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return window.shown;
}

namespace {

struct Task
{
    struct promise_type
    {
        Task get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
};

Task showNames(SignalBox::AsyncRegistry<QString> &names, Window *window)
{
    auto stream = names.stream(window);
    while (const std::optional<QString> name = co_await stream) // was co_await qCoro(sender, &QObject::objectNameChanged)
        window->show(*name);
    window->show(QStringLiteral("over"));
}

} // namespace

QStringList streamAfter()
{
    Window window;
    QObject sender;
    {
        SignalBox::AsyncRegistry<QString> names;
        names.addSource(&sender, &QObject::objectNameChanged);
        showNames(names, &window);
        sender.setObjectName(QStringLiteral("a"));
        sender.setObjectName(QStringLiteral("b"));
    }
    return window.shown;
}

// The row on a registry that is a member.
bool movedWithItsOwner()
{
    QThread thread;
    Downloader downloader;
    downloader.moveToThread(&thread);
    return downloader.finished.thread() == &thread;
}
