// SPDX-License-Identifier: MIT
//
// The examples in the comments of the Qt layer's headers: quotations.cmake compares them with this file; here they run.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/AsyncWatch>
#include <SignalBox/Connect>
#include <SignalBox/DrainBudget>
#include <SignalBox/EventBatch>
#include <SignalBox/EventStream>
#include <SignalBox/EventModel>
#include <SignalBox/OsSignals>
#include <SignalBox/RegistrySpy>
#include <SignalBox/StallReport>
#include <SignalBox/TestClock>
#include <SignalBox/ScriptException>
#include <SignalBox/Trace>
#include <SignalBox/WatchSender>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>
#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <coroutine>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <thread>

int settingsSeenWithoutOtherHeaders(); // asyncwatchalone.cpp

namespace {

using namespace std::chrono_literals;

struct Progress
{
    int percent = 0;
};

struct Tick
{
    QString symbol;
    double price = 0;
};

// Stands for a QTableView.
struct TableView
{
    void setModel(QAbstractItemModel *itsModel) { model = itsModel; }
    QAbstractItemModel *model = nullptr;
};

struct Settings
{
    QString title;
};

class Sensor : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void measured(double value);
};

class Window : public QObject
{
public:
    void showReading(double value) { reading = value; }
    void show(const Progress &latest) { shown = latest.percent; }
    void apply(const Settings &settings) { titles.append(settings.title); }
    void warn(const QString &handler, const QString &message) { warnings.append(handler + QStringLiteral(": ") + message); }
    void reload() { ++reloads; }

    double reading = 0;
    int shown = 0;
    int reloads = 0;
    QStringList titles;
    QStringList warnings;
};

void show(const Progress &) {}
std::atomic<int> stored = 0;
void store(const Progress &progress) { stored += progress.percent; }
std::atomic<int> compressed = 0;
void compress(const Progress &progress) { compressed += progress.percent; }
void append(const Progress &) {}

// Any coroutine type will do: QCoro::Task<>, or this.
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

Task showAll(SignalBox::AsyncRegistry<Progress> &progress, Window *window)
{
    auto stream = progress.stream(window);
    while (const std::optional<Progress> latest = co_await stream)
        window->show(*latest);
}

class Download
{
public:
    SignalBox::AsyncRegistrar<Progress> progress() { return m_progress.registrar(); }
    void proceed() { m_progress.post({.percent = 10}); }

private:
    SignalBox::AsyncRegistry<Progress> m_progress;
};

void pauseAll(SignalBox::RegistryObject &registry)
{
    for (const SignalBox::AsyncHandlerInfo &handler : registry.handlers())
        registry.setEnabled(handler.id, false);
}

} // namespace

class QtReference : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sourceConnection()
    {
        Sensor sensor;
        double sum = 0;
        SignalBox::AsyncRegistry<double> readings;
        readings.registerHandler([&](const double &value) { sum += value; });
        SignalBox::SourceConnection connection = readings.addSource(&sensor, &Sensor::measured);
        Q_EMIT sensor.measured(0.5); // posts an event
        connection.disconnect();
        Q_EMIT sensor.measured(0.5);
        QCOMPARE(sum, 0.5);
    }

    void connect()
    {
        Sensor sensor;
        Window window;
        SignalBox::connect(&sensor, &Sensor::measured, &window, &Window::showReading,
                           {.backlog = SignalBox::Backlog::throttled(50)});
        Q_EMIT sensor.measured(0.5);
        QTRY_COMPARE(window.reading, 0.5);
    }

    void eventStream()
    {
        SignalBox::AsyncRegistry<Progress> progress;
        Window window;
        showAll(progress, &window);
        progress.post({.percent = 20});
        QCOMPARE(window.shown, 20);
    }

    void asyncRegistrar()
    {
        Window window;
        Download download;
        download.progress().registerHandler(&window, &Window::show);
        download.proceed();
        QCOMPARE(window.shown, 10);
    }

    void asyncRegistry()
    {
        Window window;
        SignalBox::AsyncRegistry<Progress> progress;
        progress.registerHandler(&window, [&](const Progress &latest) { window.show(latest); },
                                 {.priority = 10, .backlog = SignalBox::Backlog::newest()});
        std::thread worker([&] { progress.post({.percent = 50}); });
        worker.join();
        QTRY_COMPARE(window.shown, 50);
    }

    void targets()
    {
        QThread worker;
        worker.start();
        QThreadPool pool;
        SignalBox::AsyncRegistry<Progress> loaded;
        loaded.registerHandler(SignalBox::onThread(&worker), [](const Progress &progress) { store(progress); });
        loaded.registerHandler(SignalBox::inPool(&pool), [](const Progress &progress) { compress(progress); });
        loaded.post({.percent = 7});
        QTRY_COMPARE(stored.load(), 7);
        QTRY_COMPARE(compressed.load(), 7);
        worker.quit();
        QVERIFY(worker.wait());
    }

    void asyncWatchNeedsNoOtherHeader() { QCOMPARE(settingsSeenWithoutOtherHeaders(), 5); }

    void options()
    {
        QObject window, gauge, log;
        SignalBox::AsyncRegistry<Progress> progress;
        progress.registerHandler(&window, show, {.priority = 10, .name = QStringLiteral("window")});
        progress.registerHandler(&window, show, {.delivery = SignalBox::Delivery::Queued});
        progress.registerHandler(&gauge, show, {.backlog = SignalBox::Backlog::newest()});
        progress.registerHandler(&log, append, {.backlog = SignalBox::Backlog::oldest(1000)});
        QCOMPARE(progress.handlerCount(), 4);
        for (const SignalBox::AsyncHandlerInfo &handler : progress.handlers())
            qInfo() << handler.name.c_str() << "on" << handler.threadName << "lost" << handler.dropped + handler.merged;
        QCOMPARE(progress.handlers().front().name, std::string("window"));
    }

    void eventBatch()
    {
        struct View : QObject
        {
            void append(const QString &line) { shown.push_back(line); }
            QStringList shown;
        } view;
        SignalBox::AsyncRegistry<QString> lines;
        lines.registerHandler(&view, [&](const SignalBox::EventBatch<QString> &batch) {
            for (const QString &line : batch)
                view.append(line);
        }, {.backlog = SignalBox::Backlog::all().every(16)});
        lines.post(QStringLiteral("first"));
        lines.post(QStringLiteral("second"));
        QTRY_COMPARE(view.shown, (QStringList{QStringLiteral("first"), QStringLiteral("second")}));
    }

    void backlog()
    {
        struct Tick
        {
            QString symbol;
            double price = 0;
        };
        struct View : QObject
        {
            void show(const QString &symbol, double price) { shown[symbol] = price; }
            QHash<QString, double> shown;
        } view;
        SignalBox::AsyncRegistry<Tick> ticks;
        ticks.registerHandler(&view, [&](const SignalBox::EventBatch<Tick> &changed) {
            for (const Tick &tick : changed)
                view.show(tick.symbol, tick.price);
        }, {.backlog = SignalBox::Backlog::newestBy(&Tick::symbol).every(16)});
        ticks.post({QStringLiteral("ACME"), 1});
        ticks.post({QStringLiteral("ACME"), 2});
        QTRY_COMPARE(view.shown.value(QStringLiteral("ACME")), 2.0);
        QCOMPARE(ticks.handlers().front().merged, quint64(1));
    }

    void backlogsWithFunctions()
    {
        struct Tick
        {
            QString symbol;
            double price = 0;
        };
        QObject view;
        std::vector<double> shown;
        const auto show = [&shown](const Tick &tick) { shown.push_back(tick.price); };
        SignalBox::AsyncRegistry<Tick> ticks;
        ticks.registerHandler(&view, show, {.backlog = SignalBox::Backlog::newestBy(&Tick::symbol).every(16)});
        ticks.registerHandler(&view, show, {.name = QStringLiteral("view"), .backlog = SignalBox::Backlog::newestBy(&Tick::symbol).every(16)});
        const SignalBox::BacklogOf<Tick> newest = SignalBox::Backlog::newestBy(&Tick::symbol).every(16);
        ticks.registerHandler(&view, show, {.backlog = newest});
        ticks.post({QStringLiteral("ACME"), 1});
        ticks.post({QStringLiteral("ACME"), 2});
        QTRY_COMPARE(shown, (std::vector<double>{2, 2, 2}));
    }

    void batchesOfAnything()
    {
        struct View : QObject
        {
            void appendAll(const SignalBox::EventBatch<QString> &batch) { shown.append(QStringList(batch.begin(), batch.end())); }
            QStringList shown;
        } view;
        SignalBox::AsyncRegistry<QString> lines;
        lines.registerHandler(&view, SignalBox::batches([&](const auto &batch) { view.appendAll(batch); }));
        lines.post(QStringLiteral("first"));
        QTRY_COMPARE(view.shown, QStringList{QStringLiteral("first")});
    }

    void registryObject()
    {
        SignalBox::AsyncRegistry<Progress> progress;
        const SignalBox::HandlerId id = progress.registerHandler(show);
        pauseAll(progress);
        QVERIFY(progress.contains(id));
        QVERIFY(!progress.handlers().front().enabled);
    }

    void handlerFailure()
    {
        Window window;
        SignalBox::AsyncRegistry<Progress> progress;
        QObject::connect(&progress, &SignalBox::RegistryObject::handlerFailed, &window,
                         [&](const SignalBox::HandlerFailure &failure) { window.warn(failure.handlerName(), failure.message()); });
        progress.registerHandler([](const Progress &) { throw std::runtime_error("disk full"); },
                                 {.name = QStringLiteral("backup")});
        progress.post({});
        QTRY_COMPARE(window.warnings, QStringList{QStringLiteral("backup: disk full")});
    }

    void scriptException()
    {
        SignalBox::AsyncRegistry<Progress> progress;
        progress.onException([](const SignalBox::ExceptionInfo &info) {
            try {
                std::rethrow_exception(info.exception());
            } catch (const SignalBox::ScriptException &exception) {
                qWarning() << exception.what() << exception.fileName() << exception.lineNumber();
            } catch (...) {
            }
        });
        progress.registerHandler([](const Progress &) {
            throw SignalBox::ScriptException(QStringLiteral("disk full"), QStringLiteral("Main.qml"), 7, {});
        });
        QTest::ignoreMessage(QtWarningMsg, "disk full \"Main.qml\" 7");
        progress.post({});
    }

    void registrySpy()
    {
        SignalBox::AsyncRegistry<Progress> progress;
        std::thread worker;
        const auto startDownload = [&] {
            worker = std::thread([&] {
                for (const int percent : {10, 50, 100})
                    progress.post({percent});
            });
        };
        SignalBox::RegistrySpy spy(progress);
        startDownload();
        QVERIFY(spy.waitForCount(3, QDeadlineTimer(5000)));
        QCOMPARE(spy.takeAll().last().percent, 100);
        worker.join();
    }

    void stallReport()
    {
        for (const SignalBox::StallInfo &stall : SignalBox::stallReport())
            qInfo() << stall.threadName() << stall.duration().count() << stall.handlerName() << stall.fileName() << stall.lineNumber();
        QVERIFY(SignalBox::stallReport().isEmpty()); // nothing is watched here
    }

    void testClock()
    {
        struct
        {
            int updates = 0;
            QObject object;
        } window;
        SignalBox::AsyncRegistry<Progress> progress;
        progress.registerHandler(&window.object, [&](const Progress &) { ++window.updates; },
                                 {.backlog = SignalBox::Backlog::debounced(200)});
        SignalBox::TestClock clock;
        progress.post({.percent = 99}); // to a handler with Backlog::debounced(200)
        QVERIFY(clock.advance(199ms));
        QCOMPARE(window.updates, 0);
        QVERIFY(clock.advance(1ms));
        QCOMPARE(window.updates, 1);
    }

    void asyncWatch()
    {
        Window window;
        SignalBox::WatchSender<Settings> sender;
        SignalBox::AsyncWatch<Settings> settings(sender.subscribe());
        settings.onChanged(&window, [&](const Settings &latest) { window.apply(latest); }).release();
        settings.changed(&window).then(&window, [&](std::optional<Settings> next) {
            if (next)
                window.apply(*next);
        });
        sender.send(Settings{QStringLiteral("night")});
        QTRY_COMPARE(window.titles.size(), 2);
    }

    void eventModel()
    {
        SignalBox::AsyncRegistry<Tick> ticks;
        TableView table;
        SignalBox::EventModel model;
        model.addColumn<Tick>("symbol", &Tick::symbol);
        model.addColumn<Tick>("price", [](const Tick &tick) { return QString::number(tick.price, 'f', 2); });
        model.setKey(QStringLiteral("symbol"));
        model.setRegistry(&ticks);
        table.setModel(&model);

        std::thread worker([&] {
            for (int cents = 0; cents <= 250; ++cents)
                ticks.post({QStringLiteral("QT"), cents / 100.0});
        });
        QTRY_COMPARE(model.received(), quint64(251));
        QTRY_COMPARE(table.model->index(0, 1).data().toString(), QStringLiteral("2.50"));
        worker.join();
    }

    void drainBudget()
    {
        const auto before = SignalBox::drainBudget();
        SignalBox::setDrainBudget(std::chrono::milliseconds(2));
        QCOMPARE(SignalBox::drainBudget(), std::chrono::microseconds(2000));
        SignalBox::setDrainBudget(before);
    }

    void traceFile()
    {
        const QTemporaryDir folder;
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(folder.path()));
        SignalBox::setTraceFile(QStringLiteral("trace.json"));
        SignalBox::setTraceFile({});
        QVERIFY(QFile::exists(QStringLiteral("trace.json")));
        QVERIFY(QDir::setCurrent(before));
    }
};

#ifdef Q_OS_UNIX
// A program of its own: `tst_qtreference serve`, which leaves at its own SIGTERM.
static int serve(int argc, char **argv)
{
    Window server;
    QMetaObject::invokeMethod(&server, [] {
        std::raise(SIGHUP);
        std::raise(SIGTERM);
    }, Qt::QueuedConnection);

    QCoreApplication application(argc, argv);
    auto *const osSignals = SignalBox::OsSignals::instance();
    osSignals->quitOnTermination();
    osSignals->registerHandler(SIGHUP, &server, [&] { server.reload(); });
    return application.exec();
}
#endif

int main(int argc, char **argv)
{
#ifdef Q_OS_UNIX
    if (argc == 2 && qstrcmp(argv[1], "serve") == 0)
        return serve(argc, argv);
#endif
    QCoreApplication application(argc, argv);
    QtReference test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_qtreference.moc"
