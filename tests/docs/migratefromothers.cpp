// SPDX-License-Identifier: MIT
#include "migration.h"

#include <SignalBox/AsyncWatch>
#include <SignalBox/SyncRegistry>
#include <SignalBox/WatchSender>

#ifdef SIGNALBOX_TEST_BOOST
#    include <boost/signals2/signal.hpp>
#endif

#include <QtCore/qcoreapplication.h>

#include <limits>

#ifdef SIGNALBOX_TEST_BOOST
QStringList signals2Before()
{
    QStringList done;
    boost::signals2::signal<void(const QString &)> saved;
    saved.connect(1, [&](const QString &file) { done.append(QStringLiteral("index ") + file); });
    {
        const boost::signals2::scoped_connection connection =
            saved.connect(0, [&](const QString &file) { done.append(QStringLiteral("log ") + file); });
        saved(QStringLiteral("a.txt"));
    }
    return done;
}
#endif

QStringList signals2After()
{
    QStringList done;
    SignalBox::SyncRegistry<QString> saved;
    saved.registerHandler([&](const QString &file) { done.append(QStringLiteral("index ") + file); });
    {
        const SignalBox::HandlerGuard guard =
            saved.registerGuard([&](const QString &file) { done.append(QStringLiteral("log ") + file); },
                                {.priority = 1});
        saved.notify(QStringLiteral("a.txt"));
    } // and here nobody is inside the handler any more
    return done;
}

QStringList connectExtendedAfter()
{
    QStringList done;
    SignalBox::SyncRegistry<QString> saved;
    saved.registerHandler([&](const QString &file) {
        saved.unregister(SignalBox::runningHandler()); // was connection.disconnect()
        done.append(QStringLiteral("first ") + file);
    });
    saved.notify(QStringLiteral("a.txt"));
    saved.notify(QStringLiteral("b.txt"));
    return done;
}

QStringList groupsAfter()
{
    QStringList done;
    SignalBox::SyncRegistry<QString> saved;
    for (const int group : {std::numeric_limits<int>::max(), 0, std::numeric_limits<int>::min(), 1})
        saved.registerHandler([&done, group](const QString &) { done.append(QString::number(group)); }, {.priority = ~group});
    saved.notify(QStringLiteral("a.txt"));
    return done;
}

bool isEndedWithItsRegistry()
{
    int calls = 0;
    auto *saved = new SignalBox::SyncRegistry<QString>;
    saved->registerHandler([&](const QString &) {
        ++calls;
        delete saved;
    });
    saved->registerHandler([&](const QString &) { ++calls; });
    saved->notify(QStringLiteral("a.txt"));
    return calls == 1;
}

QStringList sigslotAfter()
{
    QStringList done;
    struct File
    {
        QString name;
        int size;
    };
    SignalBox::SyncRegistry<File> saved; // was sigslot::signal<QString, int>
    saved.registerHandler([&](const File &file) { done.append(QStringLiteral("index ") + file.name); },
                          {.priority = -1}); // was in group 1
    const auto log = saved.registerHandler([&](const File &file) { done.append(QStringLiteral("log ") + file.name); });
    saved.notify({QStringLiteral("a.txt"), 2048});
    saved.setEnabled(log, false); // connection.block()
    saved.unregister(log);        // connection.disconnect()
    return done;
}

QStringList kdBindingsAfter()
{
    QStringList done;
    QObject window;
    SignalBox::WatchSender<int> volume(50); // was KDBindings::Property<int>
    const auto guard = volume.subscribe().onChanged([&](const int &value) {
        done.append(QStringLiteral("volume %1").arg(value));
    });
    SignalBox::AsyncWatch<int> deferred(volume.subscribe()); // was connectDeferred() with an evaluator
    deferred.onChanged(&window, [&](const int &value) { done.append(QStringLiteral("deferred %1").arg(value)); },
                       {.delivery = SignalBox::Delivery::Queued}).release();
    volume.send(80);
    QCoreApplication::processEvents(); // was evaluateDeferredConnections()
    return done;
}

QStringList boundArgumentsAfter()
{
    QStringList done;
    struct Request
    {
        QString file;
        QString *answer;
    };
    const auto draw = [&](const QString &colour, const QString &file) {
        done.append(colour + QLatin1Char(' ') + file);
    };
    SignalBox::SyncRegistry<Request> requests; // was KDBindings::Signal<QString, QString &>
    requests.registerHandler([=](const Request &request) { draw(QStringLiteral("red"), request.file); }); // was connect(draw, "red")
    requests.registerHandler([](const Request &request) { *request.answer = QStringLiteral("answer"); });
    QString answer;
    requests.notify({QStringLiteral("a.txt"), &answer});
    done.append(answer);
    return done;
}
