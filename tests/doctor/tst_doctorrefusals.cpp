// SPDX-License-Identifier: MIT
#include "doctorrun.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <elf.h>

#include <array>
#include <cstring>

// What the doctor says to what it cannot run or write, and how it treats programs that end in unusual ways.
class tst_DoctorRefusals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refuses_data();
    void refuses();
    void refusesRaisedRights();
    void refusesFileCapabilities();
    void refusesFilesOfOtherKinds_data();
    void refusesFilesOfOtherKinds();
    void helpNamesEachOption();
    void refusesBeforeTheProgramHasRun();
    void crashLeavesWhatIsKnown_data();
    void crashLeavesWhatIsKnown();
    void killLeavesWhatIsKnown();
    void forkedChildIsNotCounted();
    void startedProgramsAreLeftAlone();
    void userPreloadsGoOnToWork();
    void sanitizedProgramsRun_data();
    void sanitizedProgramsRun();
    void terminationIsPassedOn();
    void programThatLoadsQtLaterIsRun();
    void programThatFindsAnotherQtWhenItRunsIsLeftAlone();
    void programOutlivesTheDoctor();
    void readerOfTheReportWhoGoesChangesNothing();
    void reportThatCannotBeWrittenIsSaidAndChangesNoExitCode();
};

void tst_DoctorRefusals::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("sentence");
    QTest::newRow("nothing") << QStringList{} << 125 << QByteArray("no program is named");
    QTest::newRow("unknown option") << QStringList{QStringLiteral("--colour"), patient("healthy")} << 125 << QByteArray("unknown option \"--colour\"");
    QTest::newRow("no value") << QStringList{QStringLiteral("--json")} << 125 << QByteArray("--json needs a value");
    for (const char *value : {"", "soon", "-5", "0", "99999999999999999999"})
        QTest::addRow("stall \"%s\"", value) << QStringList{QStringLiteral("--stall"), QLatin1String(value), patient("healthy")} << 125 << QByteArray("--stall needs a number");
    QTest::newRow("missing path") << QStringList{QStringLiteral("/nowhere/program")} << 127 << QByteArray("was not found: No such file");
    QTest::newRow("missing in PATH") << QStringList{QStringLiteral("signalbox-no-such-program")} << 127 << QByteArray("was not found in any folder of PATH");
    QTest::newRow("folder") << QStringList{QStringLiteral("/usr/bin/")} << 126 << QByteArray("is a folder");
    QTest::newRow("not executable") << QStringList{QStringLiteral(DOCTOR_SOURCES "/plain.cpp")} << 126 << QByteArray("cannot be executed");
    QTest::newRow("no Qt program") << QStringList{patient("plain")} << 126 << QByteArray("is no Qt program");
    QTest::newRow("script") << QStringList{patient("script")} << 126 << QByteArray("is a script");
    QTest::newRow("no program") << QStringList{patient("text")} << 126 << QByteArray("is no program for Linux");
    if (QFile::exists(patient("static")))
        QTest::newRow("static") << QStringList{patient("static")} << 126 << QByteArray("is linked statically");
    QTest::newRow("Qt 5") << QStringList{patient("usesqt5")} << 126 << QByteArray("is a program of Qt 5");
    QTest::newRow("other Qt") << QStringList{patient("usesotherqt")} << 126 << QByteArray("is a program of Qt 6.0.99");
    QTest::newRow("unwritable") << QStringList{QStringLiteral("--report"), QStringLiteral("/nowhere/report"), patient("healthy")} << 125
                                << QByteArray("cannot write the report to \"/nowhere/report\": No such file");
    QTest::newRow("unwritable JSON") << QStringList{QStringLiteral("--json"), QStringLiteral("/usr"), patient("healthy")} << 125
                                     << QByteArray("cannot write the report to \"/usr\": Is a directory");
}

void tst_DoctorRefusals::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QByteArray, sentence);
    QProcess doctor;
    doctor.start(QStringLiteral(DOCTOR_PROGRAM), arguments);
    QVERIFY(doctor.waitForFinished(-1));
    const QByteArray errors = doctor.readAllStandardError();
    QVERIFY2(errors.startsWith("signalbox-doctor: ") && errors.contains(sentence), errors);
    QCOMPARE(errors.count('\n'), 1);
    QCOMPARE(doctor.exitCode(), code);
    QCOMPARE(doctor.readAllStandardOutput(), QByteArray());
}

void tst_DoctorRefusals::refusesRaisedRights()
{
    QTemporaryDir folder;
    const QString copy = folder.filePath(QStringLiteral("raised"));
    QVERIFY(QFile::copy(patient("healthy"), copy));
    QVERIFY(chmod(qPrintable(copy), 04755) == 0);
    DoctorRun run(copy);
    QCOMPARE(run.exitCode(), 126);
    QVERIFY2(run.errors().contains("runs with the rights of its owner"), run.errors());
}

void tst_DoctorRefusals::refusesFileCapabilities()
{
    QTemporaryDir folder;
    const QString copy = folder.filePath(QStringLiteral("capable"));
    QVERIFY(QFile::copy(patient("healthy"), copy));
    // cap_net_raw, as ping has it: a version, and masks of what is permitted and inherited.
    const std::array<quint32, 5> capabilities{0x0200'0001, 1u << 13, 0, 0, 0};
    if (setxattr(qPrintable(copy), "security.capability", capabilities.data(), sizeof capabilities, 0) != 0)
        QSKIP("only root may give capabilities, and not every file system keeps them");
    DoctorRun run(copy);
    QCOMPARE(run.exitCode(), 126);
    QVERIFY2(run.errors().contains("has file capabilities"), run.errors());
}

void tst_DoctorRefusals::refusesFilesOfOtherKinds_data()
{
    QTest::addColumn<Elf64_Ehdr>("header");
    QTest::addColumn<QByteArray>("sentence");
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_machine = EM_X86_64;
    header.e_type = ET_DYN;
    QTest::newRow("no segments") << header << QByteArray("is linked statically");
    header.e_type = ET_REL;
    QTest::newRow("object file") << header << QByteArray("is no program (an object file or a core dump)");
    header.e_type = ET_DYN;
    header.e_machine = EM_AARCH64;
    QTest::newRow("other processor") << header << QByteArray("is a program for another processor");
    header.e_machine = EM_X86_64;
    header.e_ident[EI_CLASS] = ELFCLASS32;
    QTest::newRow("32 bits") << header << QByteArray("is a program for another processor");
}

void tst_DoctorRefusals::refusesFilesOfOtherKinds()
{
    QFETCH(Elf64_Ehdr, header);
    QFETCH(QByteArray, sentence);
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("other")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(reinterpret_cast<const char *>(&header), sizeof header), qint64(sizeof header));
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
    DoctorRun run(file.fileName());
    QCOMPARE(run.exitCode(), 126);
    QVERIFY2(run.errors().contains(sentence), run.errors());
}

void tst_DoctorRefusals::helpNamesEachOption()
{
    QProcess doctor;
    doctor.start(QStringLiteral(DOCTOR_PROGRAM), {QStringLiteral("--help")});
    QVERIFY(doctor.waitForFinished(-1));
    QCOMPARE(doctor.exitCode(), 0);
    const QByteArray help = doctor.readAllStandardOutput();
    for (const char *option : {"--report FILE", "--json FILE", "--trace FILE", "--stall MS", "--progress", "--no-progress", "--quiet", "--qt-later", "--version, --help"})
        QVERIFY2(help.contains(option), option);
    doctor.start(QStringLiteral(DOCTOR_PROGRAM), {QStringLiteral("--version")});
    QVERIFY(doctor.waitForFinished(-1));
    QVERIFY(doctor.readAllStandardOutput().contains(QByteArray(", for programs of Qt ") + qVersion()));
}

void tst_DoctorRefusals::refusesBeforeTheProgramHasRun()
{
    DoctorRun run(patient("ends"), {}, DoctorRun::Start::AndWait, {QStringLiteral("--trace"), QStringLiteral("/nowhere/trace")});
    QCOMPARE(run.exitCode(), 125);
    QCOMPARE(run.output(), QByteArray());
}

void tst_DoctorRefusals::crashLeavesWhatIsKnown_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("code");
    QTest::newRow("crash") << QStringLiteral("crash") << SIGSEGV << 0;
    QTest::newRow("abort") << QStringLiteral("abort") << SIGABRT << 0;
    QTest::newRow("_exit") << QStringLiteral("_exit") << 0 << 7;
}

void tst_DoctorRefusals::crashLeavesWhatIsKnown()
{
    QFETCH(QString, how);
    QFETCH(int, signal);
    QFETCH(int, code);
    DoctorRun run(patient("ends"), {how});
    QCOMPARE(run.endSignal(), signal);
    if (signal == 0)
        QCOMPARE(run.exitCode(), code);
    const QJsonValue flood = run.json()[QStringLiteral("floods")][0];
    QCOMPARE(flood[QStringLiteral("calls")].toInteger(), 2000);
    QCOMPARE(flood[QStringLiteral("delivered")].toInteger(), 0);
    QCOMPARE(flood[QStringLiteral("mostWaiting")].toInteger(), 2000);
    QCOMPARE(flood[QStringLiteral("slot")].toString(), QStringLiteral("Receiver::take(int)"));
    QVERIFY(flood[QStringLiteral("connected")][QStringLiteral("line")].toInt() > 0);
    const QString ending = run.json()[QStringLiteral("ending")].toString();
    QVERIFY2(ending.startsWith(signal ? QStringLiteral("killed by signal %1").arg(signal) : QStringLiteral("exit code 7")), qPrintable(ending));
}

void tst_DoctorRefusals::killLeavesWhatIsKnown()
{
    DoctorRun run(patient("ends"), {QStringLiteral("wait")}, DoctorRun::Start::Only);
    QVERIFY(run.waitForOutput("waits"));
    // The program, not the doctor: its only child.
    const auto children = QStringLiteral("/proc/%1/task/%1/children").arg(run.processId());
    QFile file(children);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const pid_t program = file.readAll().trimmed().toInt();
    QVERIFY(program > 1);
    QCOMPARE(::kill(program, SIGKILL), 0);
    run.waitForEnd();
    QCOMPARE(run.endSignal(), SIGKILL);
    QCOMPARE(run.json()[QStringLiteral("floods")][0][QStringLiteral("calls")].toInteger(), 2000);
}

void tst_DoctorRefusals::forkedChildIsNotCounted()
{
    DoctorRun run(patient("ends"), {QStringLiteral("fork")});
    QCOMPARE(run.exitCode(), 3);
    QCOMPARE(run.json()[QStringLiteral("floods")][0][QStringLiteral("calls")].toInteger(), 2000);
    QCOMPARE(run.json()[QStringLiteral("floods")][0][QStringLiteral("delivered")].toInteger(), 2000);
}

void tst_DoctorRefusals::startedProgramsAreLeftAlone()
{
    for (const char *how : {"start", "exec"}) {
        DoctorRun run(patient("ends"), {QLatin1String(how)});
        QCOMPARE(run.exitCode(), 3);
        QVERIFY2(!run.output().contains("PRELOAD") && !run.output().contains("SIGNALBOX"), run.output());
        QCOMPARE(run.json()[QStringLiteral("floods")][0][QStringLiteral("calls")].toInteger(), 2000);
    }
}

void tst_DoctorRefusals::userPreloadsGoOnToWork()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("LD_PRELOAD"), QStringLiteral(DOCTOR_PRELOADED));
    DoctorRun run(patient("ends"), {QStringLiteral("environment")}, DoctorRun::Start::AndWait, {}, environment);
    QCOMPARE(run.exitCode(), 3);
    QVERIFY2(run.output().contains("preloaded by the user\n"), run.output());
    QVERIFY2(run.output().contains("LD_PRELOAD=" DOCTOR_PRELOADED "\n"), run.output());
    QCOMPARE(run.json()[QStringLiteral("floods")][0][QStringLiteral("calls")].toInteger(), 2000);
}

void tst_DoctorRefusals::sanitizedProgramsRun_data()
{
    QTest::addColumn<QString>("program");
    for (const char *name : {"asan", "ubsan", "tsan"}) {
        if (QFile::exists(patient(name)))
            QTest::addRow("%s", name) << patient(name);
    }
    QTest::addRow("none") << patient("flood");
}

void tst_DoctorRefusals::sanitizedProgramsRun()
{
    QFETCH(QString, program);
    QProcess alone;
    alone.start(program, QStringList{});
    QVERIFY(alone.waitForFinished(-1));
    const QByteArray output = alone.readAllStandardOutput();
    if (output != "9000 6000\n")
        QSKIP("the sanitizer does not run on this system");
    DoctorRun run(program);
    QCOMPARE(run.output(), output);
    QCOMPARE(run.exitCode(), alone.exitCode());
    QCOMPARE(run.json()[QStringLiteral("floods")].toArray().size(), 5);
}

void tst_DoctorRefusals::terminationIsPassedOn()
{
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
        DoctorRun run(patient("ends"), {QStringLiteral("wait")}, DoctorRun::Start::Only);
        QVERIFY(run.waitForOutput("waits"));
        run.signal(number);
        run.waitForEnd();
        QCOMPARE(run.endSignal(), number);
        QCOMPARE(run.json()[QStringLiteral("floods")][0][QStringLiteral("calls")].toInteger(), 2000);
    }
}

void tst_DoctorRefusals::programThatLoadsQtLaterIsRun()
{
    DoctorRun run(patient("plain"), {}, DoctorRun::Start::AndWait, {QStringLiteral("--qt-later")});
    QCOMPARE(run.output(), "ran\n");
    QCOMPARE(run.exitCode(), 0);
    QVERIFY2(run.text().contains("no event was delivered"), run.text());
}

void tst_DoctorRefusals::programThatFindsAnotherQtWhenItRunsIsLeftAlone()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("LD_PRELOAD"), QStringLiteral(DOCTOR_OTHERVERSION));
    DoctorRun run(patient("flood"), {}, DoctorRun::Start::AndWait, {}, environment);
    QCOMPARE(run.output(), "9000 6000\n");
    QCOMPARE(run.exitCode(), 0);
    QVERIFY2(run.text().contains(": it was not watched: it runs with Qt 6.0.99, and this doctor was built for Qt "), run.text());
    QCOMPARE(run.json()[QStringLiteral("watched")].toBool(true), false);
    QCOMPARE(run.json()[QStringLiteral("healthy")].toBool(true), false);
}

void tst_DoctorRefusals::programOutlivesTheDoctor()
{
    QTemporaryDir folder;
    const QString result = folder.filePath(QStringLiteral("result"));
    DoctorRun run(patient("ends"), {QStringLiteral("input"), result}, DoctorRun::Start::Only);
    QVERIFY(run.waitForOutput("waits"));
    run.signal(SIGKILL);
    run.waitForEnd(); // which ends the program's input, too
    const auto written = [&] {
        QFile file(result);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    QTRY_COMPARE_WITH_TIMEOUT(written(), "2000\n", 60'000);
}

void tst_DoctorRefusals::readerOfTheReportWhoGoesChangesNothing()
{
    std::array<int, 2> ends{};
    QCOMPARE(pipe(ends.data()), 0);
    ::close(ends[0]);
    QProcess doctor;
    doctor.setChildProcessModifier([&] { dup2(ends[1], 2); });
    doctor.start(QStringLiteral(DOCTOR_PROGRAM), {patient("ends"), QStringLiteral("_exit")});
    QVERIFY(doctor.waitForFinished(-1));
    ::close(ends[1]);
    QCOMPARE(doctor.exitStatus(), QProcess::NormalExit);
    QCOMPARE(doctor.exitCode(), 7);
}

void tst_DoctorRefusals::reportThatCannotBeWrittenIsSaidAndChangesNoExitCode()
{
    if (!QFile::exists(QStringLiteral("/dev/full")))
        QSKIP("there is no /dev/full");
    DoctorRun run(patient("ends"), {QStringLiteral("_exit")}, DoctorRun::Start::AndWait, {QStringLiteral("--json"), QStringLiteral("/dev/full")});
    QCOMPARE(run.exitCode(), 7);
    QVERIFY2(run.errors().contains("cannot write /dev/full: No space left"), run.errors());
}

QTEST_GUILESS_MAIN(tst_DoctorRefusals)
#include "tst_doctorrefusals.moc"
