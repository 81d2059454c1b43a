// SPDX-License-Identifier: MIT
#include "../../src/SignalBox/doctor/report/reports.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qfile.h>
#include <QtCore/qobject.h>
#include <QtTest/qtest.h>

// The report that the documents show is the one that these findings give.

using namespace SignalBox::Doctor;

namespace {

Diagnosis queuedLogViewer()
{
    CallFinding call;
    call.sender = "Logger";
    call.signal = "logged(LogLine)";
    call.receiver = "LinesModel";
    call.slot = "lambda in Signals::Signals(int)";
    call.slotPlace = {.function = "operator()", .file = "queuedsignals.cpp", .line = 24, .module = "logviewer"};
    call.calls = 829'043;
    call.mostWaiting = 726'449;
    call.peakRate = 100'773;
    call.bytesPerCall = 200;
    call.oldest = 7.3;

    StallFinding longest;
    longest.thread = "the main thread";
    longest.duration = 19;
    longest.isOpen = true;
    longest.running = call.text();
    longest.share = 99;
    StallFinding other = longest;
    other.duration = 3;
    other.isOpen = false;

    Diagnosis diagnosis;
    diagnosis.program = "logviewer";
    diagnosis.ending = "killed by signal 15 (Terminated)";
    diagnosis.state = State::Recording;
    diagnosis.hasApplication = true;
    diagnosis.seconds = 60;
    diagnosis.floods = {call};
    diagnosis.threads = {{.thread = longest.thread, .longest = 19, .together = 22, .stalls = {longest, other}}};
    return diagnosis;
}

} // namespace

class DoctorText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstLinesAreThoseInTheDocuments()
    {
        QFile file(QStringLiteral(DOCTOR_SOURCES "/queuedlogviewer.txt"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray expected = file.readAll();
        QVERIFY(expected.endsWith('\n'));
        const QByteArray report = QByteArray::fromStdString(textReport(queuedLogViewer()));
        QCOMPARE(report.left(report.indexOf("\n\nDetails") + 1), expected);
    }
};

QTEST_GUILESS_MAIN(DoctorText)
#include "tst_doctortext.moc"
