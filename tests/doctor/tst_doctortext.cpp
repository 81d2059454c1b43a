// SPDX-License-Identifier: MIT
#include "../../src/SignalBox/doctor/report/reports.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qobject.h>
#include <QtTest/qtest.h>

#include <algorithm>

// The report that the documents show, as text and as a picture, is the one that these findings give.

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

// The first lines, to the empty one.
QByteArray summary()
{
    const QByteArray report = QByteArray::fromStdString(textReport(queuedLogViewer()));
    return report.left(report.indexOf("\n\nDetails") + 1);
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

// These lines as a terminal shows them, the kinds of illness in red, and the line that helps in green.
QByteArray picture(const QByteArray &lines)
{
    constexpr double column = 7.8, row = 20, margin = 16;
    const QList<QByteArray> all = lines.trimmed().split('\n');
    qsizetype longest = 0;
    for (const QByteArray &line : all)
        longest = std::max(longest, line.size());
    const QByteArray width = QByteArray::number(2 * margin + column * double(longest), 'f', 0);
    const QByteArray height = QByteArray::number(2 * margin + row * double(all.size()), 'f', 0);
    QByteArray out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + ' ' + height + "\" width=\"" + width + "\" height=\"" + height
            + "\" role=\"img\">\n<!-- SPDX-License-Identifier: MIT. Made of queuedlogviewer.txt by tests/doctor/tst_doctortext.cpp -->\n"
              "<rect width=\"" + width + "\" height=\"" + height + "\" rx=\"8\" fill=\"#1f2328\"/>\n"
              "<g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13\" fill=\"#d1d7e0\">\n";
    double y = margin;
    for (const QByteArray &line : all) {
        const qsizetype begin = line.size() - QByteArray(line).trimmed().size();
        QByteArray text = QString::fromUtf8(line.trimmed()).toHtmlEscaped().toUtf8();
        for (const char *kind : {"FLOOD", "STALL"}) {
            if (text.startsWith(kind))
                text.replace(0, 5, QByteArray("<tspan fill=\"#ff7b72\" font-weight=\"bold\">") + kind + "</tspan>");
        }
        if (text.startsWith("instead: "))
            text = "instead: <tspan fill=\"#7ee787\">" + text.mid(9) + "</tspan>";
        y += row;
        out += "<text x=\"" + QByteArray::number(margin + column * double(begin), 'f', 1) + "\" y=\"" + QByteArray::number(y - 6, 'f', 0)
                + "\" textLength=\"" + QByteArray::number(column * double(line.trimmed().size()), 'f', 1) + "\" xml:space=\"preserve\">" + text + "</text>\n";
    }
    return out + "</g>\n</svg>\n";
}

} // namespace

class DoctorText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstLinesAreThoseInTheDocuments()
    {
        const QByteArray expected = contents(QStringLiteral(DOCTOR_SOURCES "/queuedlogviewer.txt"));
        QVERIFY(expected.endsWith('\n'));
        QCOMPARE(summary(), expected);
    }

    void pictureShowsThem()
    {
        const QByteArray current = picture(summary());
        if (contents(QStringLiteral(DOCTOR_PICTURE)) == current)
            return;
        QFile file(QStringLiteral("report.svg"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(current) == current.size());
        QFAIL(qPrintable(QStringLiteral("This is what " DOCTOR_PICTURE " should be: ") + QFileInfo(file).absoluteFilePath()));
    }
};

QTEST_GUILESS_MAIN(DoctorText)
#include "tst_doctortext.moc"
