// SPDX-License-Identifier: MIT
#include "doctorrun.h"

#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

#include <time.h>

// That each illness is found in the program that has it, with its class, signal, receiver and line, and no other illness.
class tst_Doctor : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void healthyProgramIsHealthy();
    void floodsAreNamedWithBothSidesAndLines();
    void floodsGetTheLinesThatReplaceThem();
    void linesThatReplaceFloodsCompileAndCure();
    void tenWorstFloodsAreNamed();
    void callsThatComeFastAreAFloodThoughFewWait();
    void loopThatWorksStandsStillWithItsStack();
    void loopThatSleepsStandsStillAndSleepsOn();
    void whatRanWhenTheLoopStoodStillIsNamed_data();
    void whatRanWhenTheLoopStoodStillIsNamed();
    void callsOfADeadReceiverAreLost();
    void removedCallsAreNotLost();
    void threadsThatWaitForEachOtherAreNamedWhileTheyWait();
    void threadThatWaitsForNobodyIsADeadlock_data();
    void threadThatWaitsForNobodyIsADeadlock();
    void waitThatEndsIsNoDeadlock();
    void timerThatSpinsIsFound();
    void directConnectionAcrossThreadsIsFound();
    void textBeginsWithTenLines();
    void traceIsAnArrayOfEvents();
    void traceCountsWaitingCallsOnTheSteadyClock();
    void reportGoesToStderrWhereNoFileIsNamed();
    void quietDoctorTellsOfTheIllOnly();
    void tenThousandConnectionsAreCounted();
    void withoutDebugInformationThereAreNamesWithoutLines();
    void progressIsToldWhereItIsAskedForOnly();
    void programsOutputStaysAsItIs_data();
    void programsOutputStaysAsItIs();
};

namespace {

int lineIn(const char *file, const char *mark)
{
    QFile source(QStringLiteral(DOCTOR_SOURCES "/") + QLatin1String(file));
    if (!source.open(QIODevice::ReadOnly))
        return -1;
    for (int line = 1; !source.atEnd(); ++line) {
        if (source.readLine().contains(mark))
            return line;
    }
    return -1;
}

// The kinds of illness that there are, in words.
QStringList illnesses(const QJsonObject &report)
{
    QStringList result;
    for (const char *kind : {"floods", "stalls", "deadlocks", "lost", "direct", "timers"}) {
        if (!report[QLatin1String(kind)].toArray().isEmpty())
            result.append(QLatin1String(kind));
    }
    return result;
}

QJsonObject callWith(const QJsonArray &calls, const char *member, const QString &value)
{
    for (const QJsonValue &call : calls) {
        if (call[QLatin1String(member)].toString() == value)
            return call.toObject();
    }
    return {};
}

// Code as the compiler sees it: without comments and layout, and with `{ ... }` for what a lambda does.
QString withoutLayout(QString code)
{
    code.remove(QRegularExpression(QStringLiteral("//[^\n]*")));
    code.replace(QRegularExpression(QStringLiteral("(&\\w+\\)) \\{[^{}]*\\}")), QStringLiteral("\\1 { ... }"));
    return code.simplified();
}

} // namespace

void tst_Doctor::healthyProgramIsHealthy()
{
    DoctorRun run(patient("healthy"));
    QCOMPARE(run.output(), "at least 200: yes\n");
    QCOMPARE(run.exitCode(), 0);
    QVERIFY2(run.text().contains("healthy"), run.text());
    QCOMPARE(illnesses(run.json()), QStringList());
    QCOMPARE(run.json()[QStringLiteral("healthy")].toBool(), true);
    QVERIFY(run.json()[QStringLiteral("queuedCalls")].toInteger() >= 400);
}

void tst_Doctor::floodsAreNamedWithBothSidesAndLines()
{
    DoctorRun run(patient("flood"));
    QCOMPARE(run.output(), "9000 6000\n");
    const QJsonArray floods = run.json()[QStringLiteral("floods")].toArray();
    QCOMPARE(floods.size(), 5);
    for (const QJsonValue &flood : floods) {
        QCOMPARE(flood[QStringLiteral("calls")].toInteger(), 3000);
        QCOMPARE(flood[QStringLiteral("delivered")].toInteger(), 3000);
        QCOMPARE(flood[QStringLiteral("mostWaiting")].toInteger(), 3000);
        QCOMPARE(flood[QStringLiteral("receiver")].toString(), QStringLiteral("Receiver"));
        QVERIFY(flood[QStringLiteral("oldestSeconds")].toDouble() > 0);
        QVERIFY(flood[QStringLiteral("bytesPerCall")].toInteger() >= 120);
    }
    const auto line = [](const QJsonObject &call, const char *place) { return call[QLatin1String(place)][QStringLiteral("line")].toInt(); };
    const auto connectedAt = [&](int wanted) {
        for (const QJsonValue &flood : floods) {
            if (line(flood.toObject(), "connected") == wanted)
                return flood.toObject();
        }
        return QJsonObject();
    };
    const QJsonObject functor = connectedAt(lineIn("flood.cpp", "the functor's line"));
    QCOMPARE(functor[QStringLiteral("sender")].toString(), QStringLiteral("Sender"));
    QCOMPARE(functor[QStringLiteral("signal")].toString(), QStringLiteral("sent(int)"));
    QCOMPARE(line(functor, "slotPlace"), lineIn("flood.cpp", "the functor's line"));
    QCOMPARE(line(functor, "emitted"), lineIn("flood.cpp", "the emission's line"));
    QVERIFY(functor[QStringLiteral("slotPlace")][QStringLiteral("file")].toString().endsWith(QLatin1String("flood.cpp")));
    const QJsonObject member = connectedAt(lineIn("flood.cpp", "the member function's line"));
    QCOMPARE(member[QStringLiteral("slot")].toString(), QStringLiteral("Receiver::take(int)"));
    QCOMPARE(line(member, "slotPlace"), lineIn("sender.h", "void take(int"));
    const QJsonObject method = connectedAt(lineIn("flood.cpp", "the method's line"));
    QCOMPARE(method[QStringLiteral("slot")].toString(), QStringLiteral("Receiver::take(int)"));
    const QJsonObject described = callWith(floods, "signal", QStringLiteral("described(QString,int)"));
    QVERIFY(described[QStringLiteral("bytesPerCall")].toInteger() >= functor[QStringLiteral("bytesPerCall")].toInteger());
    const QJsonObject invoked = callWith(floods, "kind", QStringLiteral("invokeMethod"));
    QCOMPARE(line(invoked, "invoked"), lineIn("flood.cpp", "the invocation's line"));
    const QStringList found = illnesses(run.json());
    QVERIFY2(!found.contains(QLatin1String("lost")) && !found.contains(QLatin1String("direct")), qPrintable(found.join(u' ')));
}

void tst_Doctor::floodsGetTheLinesThatReplaceThem()
{
    DoctorRun run(patient("flood"));
    QVERIFY2(run.text().contains("SignalBox::connect(sender, &Sender::sent, receiver, handler, {.backlog = SignalBox::Backlog::throttled(50)});"), run.text());
    QVERIFY(run.text().contains("[](const SignalBox::EventBatch<int> &batch) { ... },"));
    QVERIFY(run.text().contains("[](const SignalBox::EventBatch<std::tuple<QString, int>> &batch) { ... },"));
    QVERIFY(run.text().contains("registry.post(event); // in place of QMetaObject::invokeMethod()"));
}

void tst_Doctor::linesThatReplaceFloodsCompileAndCure()
{
    QFile source(QStringLiteral(DOCTOR_SOURCES "/remedied.cpp"));
    QVERIFY(source.open(QIODevice::ReadOnly));
    const QString written = withoutLayout(QString::fromUtf8(source.readAll()));
    int count = 0;
    for (const char *name : {"flood", "signatures"}) {
        DoctorRun run(patient(name));
        for (const QJsonValue &flood : run.json()[QStringLiteral("floods")].toArray()) {
            for (const QJsonValue &instead : flood[QStringLiteral("instead")].toArray()) {
                const QString code = withoutLayout(instead[QStringLiteral("code")].toString());
                for (const QString &statement : code.split(u';', Qt::SkipEmptyParts)) {
                    QVERIFY2(written.contains(statement.trimmed() + u';'), qPrintable(statement));
                    ++count;
                }
            }
        }
    }
    // Of five floods and four: one of no argument, and one that calls invokeMethod(), with three lines.
    QCOMPARE(count, 4 * 2 + 3 + 3 * 2 + 1);
    DoctorRun run(patient("remedied"));
    QCOMPARE(run.output(), "complete\n");
    QCOMPARE(run.exitCode(), 0);
    QVERIFY2(run.json()[QStringLiteral("floods")].toArray().isEmpty(), run.text());
    QVERIFY(run.json()[QStringLiteral("watched")].toBool());
}

void tst_Doctor::tenWorstFloodsAreNamed()
{
    DoctorRun run(patient("worst"), {QStringLiteral("floods")});
    const QJsonArray floods = run.json()[QStringLiteral("floods")].toArray();
    QCOMPARE(floods.size(), 10);
    for (qsizetype i = 0; i < floods.size(); ++i)
        QCOMPARE(floods[i][QStringLiteral("mostWaiting")].toInteger(), 2100 - 100 * i);
}

void tst_Doctor::callsThatComeFastAreAFloodThoughFewWait()
{
    DoctorRun run(patient("worst"));
    QCOMPARE(run.output(), "30001 3300\n");
    const QJsonArray floods = run.json()[QStringLiteral("floods")].toArray();
    QVERIFY2(floods.size() == 1, run.text());
    QCOMPARE(floods[0][QStringLiteral("signal")].toString(), QStringLiteral("sent(int)"));
    QCOMPARE(floods[0][QStringLiteral("mostWaiting")].toInteger(), 1);
    QVERIFY(floods[0][QStringLiteral("peakPerSecond")].toInteger() >= 10'000);
}

void tst_Doctor::loopThatWorksStandsStillWithItsStack()
{
    DoctorRun run(patient("stall"));
    QCOMPARE(illnesses(run.json()), QStringList{QStringLiteral("stalls")});
    const QJsonValue thread = run.json()[QStringLiteral("stalls")][0];
    QCOMPARE(thread[QStringLiteral("thread")].toString(), QStringLiteral("the main thread"));
    const QJsonValue stall = thread[QStringLiteral("longest")][0];
    const double duration = stall[QStringLiteral("seconds")].toDouble() + stall[QStringLiteral("waitedForProcessor")].toDouble();
    QVERIFY(duration >= 1.49);
    QVERIFY(stall[QStringLiteral("begin")].toDouble() > 0);
    QVERIFY(stall[QStringLiteral("begin")].toDouble() + duration <= run.json()[QStringLiteral("seconds")].toDouble());
    QVERIFY2(stall[QStringLiteral("running")].toString().startsWith(QLatin1String("Timer event of a Q")), run.text());
    if (stall[QStringLiteral("stacks")].toArray().isEmpty())
        QSKIP("this system does not let a parent read its child's stack");
    QVERIFY2(run.text().contains("workFor(int)  stall.cpp:"), run.text());
    QCOMPARE(stall[QStringLiteral("place")][QStringLiteral("function")].toString(), QStringLiteral("workFor(int)"));
}

void tst_Doctor::loopThatSleepsStandsStillAndSleepsOn()
{
    DoctorRun run(patient("stall"), {QStringLiteral("sleep")});
    QCOMPARE(run.output(), "slept in one piece: yes\n");
    QCOMPARE(illnesses(run.json()), QStringList{QStringLiteral("stalls")});
    const QJsonValue stall = run.json()[QStringLiteral("stalls")][0][QStringLiteral("longest")][0];
    if (stall[QStringLiteral("stacks")].toArray().isEmpty())
        QSKIP("this system does not let a parent read its child's stack");
    QCOMPARE(stall[QStringLiteral("place")][QStringLiteral("function")].toString(), QStringLiteral("sleepFor(int)"));
}

void tst_Doctor::whatRanWhenTheLoopStoodStillIsNamed_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<QString>("running");
    const QString line = QString::number(lineIn("stall.cpp", "the functor's line"));
    QTest::newRow("functor") << QStringLiteral("functor")
                             << QStringLiteral("invokeMethod() on Window, lambda in main at stall.cpp:") + line;
    QTest::newRow("slot") << QStringLiteral("slot") << QStringLiteral("Sender::sent(int) -> Window::show(int)");
    QTest::newRow("event") << QStringLiteral("event") << QStringLiteral("event of type 1000 of a Window");
}

void tst_Doctor::whatRanWhenTheLoopStoodStillIsNamed()
{
    QFETCH(QString, how);
    QFETCH(QString, running);
    DoctorRun run(patient("stall"), {how});
    const QJsonValue stall = run.json()[QStringLiteral("stalls")][0][QStringLiteral("longest")][0];
    QCOMPARE(stall[QStringLiteral("running")].toString(), running);
    QVERIFY(stall[QStringLiteral("seconds")].toDouble() + stall[QStringLiteral("waitedForProcessor")].toDouble() >= 1.49);
    QVERIFY2(run.text().contains("STALL    the main thread's event loop stood still for "), run.text());
}

void tst_Doctor::callsOfADeadReceiverAreLost()
{
    DoctorRun run(patient("lost"));
    QCOMPARE(illnesses(run.json()), QStringList{QStringLiteral("lost")});
    const QJsonValue lost = run.json()[QStringLiteral("lost")][0];
    QCOMPARE(lost[QStringLiteral("receiverDied")].toInteger(), 50);
    QCOMPARE(lost[QStringLiteral("calls")].toInteger(), 50);
    QCOMPARE(lost[QStringLiteral("slot")].toString(), QStringLiteral("Receiver::take(int)"));
}

void tst_Doctor::removedCallsAreNotLost()
{
    DoctorRun run(patient("ends"), {QStringLiteral("remove")});
    QVERIFY(run.json()[QStringLiteral("lost")].toArray().isEmpty());
    const QJsonObject call = callWith(run.json()[QStringLiteral("busiest")].toArray(), "signal", QStringLiteral("sent(int)"));
    QCOMPARE(call[QStringLiteral("removed")].toInteger(), 2000);
    QCOMPARE(call[QStringLiteral("delivered")].toInteger(), 0);
}

void tst_Doctor::threadsThatWaitForEachOtherAreNamedWhileTheyWait()
{
    DoctorRun run(patient("deadlock"), {}, DoctorRun::Start::Only);
    // What is known so far, as often as one asks.
    const bool isFound = run.askUntil([&] { return run.json()[QStringLiteral("deadlocks")].toArray().size() == 1; });
    const QJsonValue deadlock = run.json()[QStringLiteral("deadlocks")][0];
    const QByteArray text = run.text();
    run.signal(SIGTERM);
    run.waitForEnd();
    QVERIFY(isFound);
    QCOMPARE(run.endSignal(), SIGTERM);
    QCOMPARE(deadlock[QStringLiteral("circle")].toBool(), true);
    const QJsonArray waits = deadlock[QStringLiteral("waits")].toArray();
    QCOMPARE(waits.size(), 2);
    QStringList threads{waits[0][QStringLiteral("thread")].toString(), waits[1][QStringLiteral("thread")].toString()};
    threads.sort();
    QCOMPARE(threads, (QStringList{QStringLiteral("the main thread"), QStringLiteral("thread Worker")}));
    QCOMPARE(waits[0][QStringLiteral("call")][QStringLiteral("blocking")].toBool(), true);
    QCOMPARE(waits[0][QStringLiteral("call")][QStringLiteral("slot")].toString(), QStringLiteral("Receiver::take(int)"));
    QVERIFY2(text.contains("DEADLOCK"), text);
}

void tst_Doctor::threadThatWaitsForNobodyIsADeadlock_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<bool>("isCircle");
    QTest::addColumn<QByteArray>("sentence");
    QTest::newRow("itself") << QStringLiteral("itself") << true << QByteArray("DEADLOCK the main thread waits for itself\n");
    QTest::newRow("nobody") << QStringLiteral("nobody") << false
                            << QByteArray("DEADLOCK the main thread waits in a blocking call to a thread without an event loop\n");
}

void tst_Doctor::threadThatWaitsForNobodyIsADeadlock()
{
    QFETCH(QString, how);
    QFETCH(bool, isCircle);
    QFETCH(QByteArray, sentence);
    DoctorRun run(patient("deadlock"), {how}, DoctorRun::Start::Only);
    const bool isFound = run.askUntil([&] { return run.json()[QStringLiteral("deadlocks")].toArray().size() == 1; });
    const QJsonValue deadlock = run.json()[QStringLiteral("deadlocks")][0];
    const QByteArray text = run.text();
    run.signal(SIGTERM);
    run.waitForEnd();
    QVERIFY(isFound);
    QCOMPARE(deadlock[QStringLiteral("circle")].toBool(), isCircle);
    QCOMPARE(deadlock[QStringLiteral("waits")].toArray().size(), 1);
    QVERIFY2(text.contains(sentence), text);
}

void tst_Doctor::waitThatEndsIsNoDeadlock()
{
    DoctorRun run(patient("deadlock"), {QStringLiteral("late")});
    QCOMPARE(run.exitCode(), 0);
    QCOMPARE(illnesses(run.json()), QStringList{QStringLiteral("stalls")});
    const QJsonObject call = callWith(run.json()[QStringLiteral("busiest")].toArray(), "signal", QStringLiteral("sent(int)"));
    QVERIFY(call[QStringLiteral("longestBlockedSeconds")].toDouble() >= 1.49);
}

void tst_Doctor::timerThatSpinsIsFound()
{
    DoctorRun run(patient("spin"));
    QCOMPARE(illnesses(run.json()), QStringList{QStringLiteral("timers")});
    const QJsonValue timer = run.json()[QStringLiteral("timers")][0];
    QCOMPARE(timer[QStringLiteral("receiverName")].toString(), QStringLiteral("poll"));
    QCOMPARE(timer[QStringLiteral("parent")].toString(), QStringLiteral("Receiver"));
    QCOMPARE(timer[QStringLiteral("fired")].toInteger(), 20'000);
}

void tst_Doctor::directConnectionAcrossThreadsIsFound()
{
    DoctorRun run(patient("direct"));
    QCOMPARE(run.output(), "4950 1\n");
    QCOMPARE(illnesses(run.json()), QStringList{QStringLiteral("direct")});
    const QJsonValue direct = run.json()[QStringLiteral("direct")][0];
    QCOMPARE(direct[QStringLiteral("calls")].toInteger(), 100);
    QCOMPARE(direct[QStringLiteral("signal")].toString(), QStringLiteral("sent(int)"));
    QCOMPARE(direct[QStringLiteral("slot")].toString(), QStringLiteral("Receiver::take(int)"));
    QCOMPARE(direct[QStringLiteral("connected")][QStringLiteral("line")].toInt(), lineIn("direct.cpp", "Qt::DirectConnection"));
}

void tst_Doctor::textBeginsWithTenLines()
{
    for (const char *name : {"healthy", "flood", "lost"}) {
        DoctorRun run(patient(name));
        const QList<QByteArray> lines = run.text().split('\n');
        const qsizetype summary = lines.indexOf(QByteArray());
        QVERIFY2(summary > 1 && summary <= 10, run.text());
        QCOMPARE(lines.at(summary + 1), "Details");
        QVERIFY(lines.first().startsWith(QByteArray("signalbox-doctor: doctor_") + name + " ran for "));
    }
}

void tst_Doctor::traceIsAnArrayOfEvents()
{
    DoctorRun run(patient("stall"), {QStringLiteral("sleep")});
    QJsonParseError error;
    const QJsonArray events = QJsonDocument::fromJson(run.trace(), &error).array();
    QCOMPARE(error.error, QJsonParseError::NoError);
    // A machine that has other work may let the loop stand still a second time, for less long.
    double longest = 0;
    for (const QJsonValue &event : events) {
        QVERIFY(event[QStringLiteral("ts")].isDouble() && event[QStringLiteral("pid")].isDouble() && event[QStringLiteral("tid")].isDouble());
        if (event[QStringLiteral("ph")].toString() == QLatin1String("X")) {
            longest = std::max(longest, event[QStringLiteral("dur")].toDouble());
            QVERIFY(event[QStringLiteral("name")].toString().startsWith(QLatin1String("loop stands still")));
        }
    }
    QVERIFY(longest >= 1.49e6);
}

void tst_Doctor::traceCountsWaitingCallsOnTheSteadyClock()
{
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_MONOTONIC, &time); // that of SIGNALBOX_TRACE
        return double(time.tv_sec) * 1e6 + double(time.tv_nsec) / 1e3;
    };
    const double begin = now();
    DoctorRun run(patient("ends"), {QStringLiteral("wait")}, DoctorRun::Start::Only);
    QVERIFY(run.waitForOutput("waits"));
    // Asked until a look was after the flood.
    const bool isCounted = run.askUntil([&] { return run.trace().contains("\"args\":{\"calls\":2000}"); });
    run.signal(SIGTERM);
    run.waitForEnd();
    QVERIFY2(isCounted, run.trace());
    for (const QJsonValue &event : QJsonDocument::fromJson(run.trace()).array()) {
        QVERIFY(event[QStringLiteral("ts")].toDouble() >= begin && event[QStringLiteral("ts")].toDouble() <= now());
        if (event[QStringLiteral("ph")].toString() == QLatin1String("C"))
            QCOMPARE(event[QStringLiteral("name")].toString(), QStringLiteral("waiting: Sender::sent(int) -> Receiver::take(int) at sender.h:%1").arg(lineIn("sender.h", "void take(int")));
    }
}

void tst_Doctor::reportGoesToStderrWhereNoFileIsNamed()
{
    QProcess doctor;
    doctor.start(QStringLiteral(DOCTOR_PROGRAM), {patient("ends"), QStringLiteral("wait")});
    QByteArray output, errors;
    while (!output.contains("waits")) {
        QVERIFY(doctor.waitForReadyRead(-1));
        output += doctor.readAllStandardOutput();
    }
    // What is known so far, and then all of it.
    QCOMPARE(::kill(pid_t(doctor.processId()), SIGUSR1), 0);
    doctor.setReadChannel(QProcess::StandardError);
    while (!errors.contains("The busiest of")) {
        QVERIFY(doctor.waitForReadyRead(-1));
        errors += doctor.readAllStandardError();
    }
    QVERIFY2(errors.startsWith("signalbox-doctor: doctor_ends ran for ") && errors.contains(", still running: "), errors);
    doctor.terminate();
    QVERIFY(doctor.waitForFinished(-1));
    errors = doctor.readAllStandardError();
    QVERIFY2(errors.contains(", killed by signal 15 (Terminated): 1 illness.\n  FLOOD    Sender::sent(int) -> Receiver::take(int)"), errors);
    QCOMPARE(output + doctor.readAllStandardOutput(), "waits\n");
}

void tst_Doctor::quietDoctorTellsOfTheIllOnly()
{
    for (const char *name : {"spin", "healthy"}) {
        QProcess doctor;
        doctor.start(QStringLiteral(DOCTOR_PROGRAM), {QStringLiteral("--quiet"), patient(name)});
        QVERIFY(doctor.waitForFinished(-1));
        const QByteArray errors = doctor.readAllStandardError();
        QVERIFY2(errors.contains("SPIN") == (qstrcmp(name, "spin") == 0), errors);
        QVERIFY2(errors.isEmpty() == (qstrcmp(name, "healthy") == 0), errors);
    }
}

void tst_Doctor::tenThousandConnectionsAreCounted()
{
    DoctorRun run(patient("many"));
    QCOMPARE(run.output(), QByteArray::number(10'000 + 499 * 500 / 2) + '\n');
    const QJsonObject call = callWith(run.json()[QStringLiteral("floods")].toArray(), "signal", QStringLiteral("sent(int)"));
    QCOMPARE(call[QStringLiteral("calls")].toInteger(), 10'000);
    QCOMPARE(call[QStringLiteral("delivered")].toInteger(), 10'000);
    QCOMPARE(run.json()[QStringLiteral("queuedCalls")].toInteger(), 10'000 + 500 + 1);
    QVERIFY(run.json()[QStringLiteral("kindsOfCalls")].toInteger() > 500);
    QCOMPARE(run.json()[QStringLiteral("notCounted")].toInteger(), 0);
}

void tst_Doctor::withoutDebugInformationThereAreNamesWithoutLines()
{
    DoctorRun run(patient("stripped"));
    QCOMPARE(run.output(), "9000 6000\n");
    const QJsonArray floods = run.json()[QStringLiteral("floods")].toArray();
    QCOMPARE(floods.size(), 5);
    const QJsonObject described = callWith(floods, "signal", QStringLiteral("described(QString,int)"));
    QCOMPARE(described[QStringLiteral("sender")].toString(), QStringLiteral("Sender"));
    QVERIFY2(described[QStringLiteral("slot")].toString().startsWith(QLatin1String("functor doctor_stripped+0x")), run.text());
    QVERIFY(described[QStringLiteral("connected")][QStringLiteral("line")].isUndefined());
    QVERIFY(described[QStringLiteral("connected")][QStringLiteral("address")].toString().startsWith(QLatin1String("doctor_stripped+0x")));
}

void tst_Doctor::progressIsToldWhereItIsAskedForOnly()
{
    DoctorRun silent(patient("stall"), {QStringLiteral("sleep")});
    QCOMPARE(silent.errors(), QByteArray());
    DoctorRun telling(patient("stall"), {QStringLiteral("sleep")}, DoctorRun::Start::AndWait, {QStringLiteral("--progress")});
    QVERIFY2(telling.errors().contains("queued calls"), telling.errors());
}

void tst_Doctor::programsOutputStaysAsItIs_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("argument");
    for (const char *name : {"healthy", "flood", "signatures", "worst", "lost", "spin", "direct", "many", "stripped", "remedied"})
        QTest::addRow("%s", name) << patient(name) << QString();
    for (const char *how : {"", "_exit", "abort", "crash", "fork", "start", "exec", "environment", "remove"})
        QTest::addRow("ends %s", how) << patient("ends") << QString::fromLatin1(how);
}

void tst_Doctor::programsOutputStaysAsItIs()
{
    QFETCH(QString, program);
    QFETCH(QString, argument);
    QProcess alone;
    alone.start(program, {argument});
    QVERIFY(alone.waitForFinished(-1));
    DoctorRun run(program, {argument});
    QCOMPARE(run.output(), alone.readAllStandardOutput());
    QCOMPARE(run.errors(), alone.readAllStandardError());
    QCOMPARE(run.exitStatus(), alone.exitStatus());
    QCOMPARE(run.exitCode(), alone.exitCode());
}

QTEST_GUILESS_MAIN(tst_Doctor)
#include "tst_doctor.moc"
