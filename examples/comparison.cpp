// SPDX-License-Identifier: MIT
#include "comparison.h"

#include <QtCore/qfile.h>
#include <QtCore/qlocale.h>
#include <QtCore/qstringlist.h>
#include <QtGui/qpainter.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

namespace {

double cpuSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

// What this process has allocated, in MiB; 0 where it is not known. What an earlier run has given back does not count, as it
// would in the memory that the system has given to the process.
double allocatedMemory()
{
#ifdef __GLIBC__
    const struct mallinfo2 info = mallinfo2();
    return double(info.uordblks + info.hblkhd) / (1024 * 1024);
#else
    return 0;
#endif
}

QString number(double value)
{
    return QString::number(value, 'f', value < 10 ? 1 : 0);
}

const QStringList headings = {QStringLiteral("way"), QStringLiteral("worst frame gap, ms"), QStringLiteral("99 % of the gaps, ms"),
                              QStringLiteral("GUI thread, % of a core"), QStringLiteral("memory, MiB"), QStringLiteral("sent"),
                              QStringLiteral("shown"), QStringLiteral("lost"), QStringLiteral("lines of code")};

QStringList cells(const Measurement &row)
{
    return {row.name, number(row.worstGap), number(row.usualGap), number(row.cpu), number(row.memory),
            grouped(row.sent), grouped(row.shown), grouped(row.lost), QString::number(row.lines)};
}

} // namespace

Meter::Meter(Memory memory) : m_memory(memory)
{
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(16);
    QObject::connect(&m_timer, &QTimer::timeout, this, &Meter::takeFrame);
}

void Meter::start()
{
    m_gaps.clear();
    m_lastFrame = 0;
    m_cpuBefore = cpuSeconds();
    m_memoryBefore = m_highestMemory = m_memory == Memory::Measured ? allocatedMemory() : 0;
    m_ownCpu = 0;
    m_clock.start();
    m_timer.start();
}

void Meter::stop(Measurement &result)
{
    takeFrame();
    m_timer.stop();
    std::sort(m_gaps.begin(), m_gaps.end());
    result.worstGap = m_gaps.back();
    result.usualGap = m_gaps[(m_gaps.size() - 1) * 99 / 100];
    result.cpu = 100 * (cpuSeconds() - m_cpuBefore - m_ownCpu) / (double(m_clock.nsecsElapsed()) * 1e-9);
    result.memory = m_highestMemory - m_memoryBefore;
}

// At the memory, which grows slowly.
static constexpr std::size_t framesPerLook = 8;

void Meter::takeFrame()
{
    const qint64 now = m_clock.nsecsElapsed();
    m_gaps.push_back(double(now - m_lastFrame) * 1e-6);
    // The look itself counts neither as work nor as a gap.
    if (m_memory == Memory::Measured && m_gaps.size() % framesPerLook == 0) {
        const double before = cpuSeconds();
        m_highestMemory = std::max(m_highestMemory, allocatedMemory());
        m_ownCpu += cpuSeconds() - before;
    }
    m_lastFrame = m_clock.nsecsElapsed();
}

int countLines(const QString &resource)
{
    QFile file(resource);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("there is no %s", qPrintable(resource));
    int count = 0;
    while (!file.atEnd()) {
        const QByteArray line = file.readLine().trimmed();
        if (!line.isEmpty() && !line.startsWith("//") && !line.startsWith("#include") && line != "#pragma once")
            ++count;
    }
    return count;
}

// The best of a column is bold.
QString toMarkdown(const QList<Measurement> &measurements)
{
    QList<QStringList> rows;
    for (const Measurement &row : measurements)
        rows.append(cells(row));
    const auto emphasise = [&](int column, auto Measurement::*value) {
        auto best = measurements.constFirst().*value;
        for (const Measurement &row : measurements)
            best = std::min(best, row.*value);
        for (int row = 0; row < rows.size(); ++row) {
            if (measurements[row].*value == best)
                rows[row][column] = QStringLiteral("**%1**").arg(rows[row][column]);
        }
    };
    if (measurements.size() > 1) {
        emphasise(1, &Measurement::worstGap);
        emphasise(2, &Measurement::usualGap);
        emphasise(3, &Measurement::cpu);
        emphasise(4, &Measurement::memory);
        emphasise(8, &Measurement::lines);
    }
    QString text = QStringLiteral("| ") + headings.join(QStringLiteral(" | ")) + QStringLiteral(" |\n|---")
                 + QStringLiteral("|---:").repeated(headings.size() - 1) + QStringLiteral("|\n");
    for (const QStringList &row : std::as_const(rows))
        text += QStringLiteral("| ") + row.join(QStringLiteral(" | ")) + QStringLiteral(" |\n");
    return text;
}

QImage toPicture(const QString &title, const QList<Measurement> &measurements)
{
    struct Bars
    {
        QString heading;
        double Measurement::*value;
        QColor color;
    };
    const Bars charts[] = {{QStringLiteral("worst frame gap, ms"), &Measurement::worstGap, QColor(0xd9, 0x53, 0x4f)},
                           {QStringLiteral("GUI thread, % of a core"), &Measurement::cpu, QColor(0x42, 0x8b, 0xca)},
                           {QStringLiteral("memory, MiB"), &Measurement::memory, QColor(0x5c, 0xb8, 0x5c)}};
    constexpr int rowHeight = 26;
    constexpr int nameWidth = 300;
    constexpr int chartWidth = 230;
    constexpr int margin = 24;
    const int width = 2 * margin + nameWidth + 3 * chartWidth;
    QImage image(QSize(width, 2 * margin + 62 + rowHeight * int(measurements.size())), QImage::Format_RGB32);
    image.fill(QColor(0xfb, 0xfb, 0xfa));
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    QFont font = painter.font();
    font.setPixelSize(13);
    QFont heading = font;
    heading.setBold(true);
    painter.setPen(QColor(0x22, 0x22, 0x22));
    painter.setFont(heading);
    painter.drawText(QRect(margin, margin, width, 24), Qt::AlignVCenter, title);
    int left = margin + nameWidth;
    for (const Bars &chart : charts) {
        double highest = 1;
        for (const Measurement &row : measurements)
            highest = std::max(highest, row.*chart.value);
        painter.setFont(heading);
        painter.drawText(QRect(left, margin + 32, chartWidth, 24), Qt::AlignVCenter, chart.heading);
        painter.setFont(font);
        int top = margin + 60;
        for (const Measurement &row : measurements) {
            const double length = (chartWidth - 70) * row.*chart.value / highest;
            painter.fillRect(QRectF(left, top + 5, std::max(1.0, length), rowHeight - 10), chart.color);
            painter.drawText(QRectF(left + length + 6, top, 64, rowHeight), Qt::AlignVCenter, number(row.*chart.value));
            top += rowHeight;
        }
        left += chartWidth;
    }
    int top = margin + 60;
    for (const Measurement &row : measurements) {
        painter.drawText(QRect(margin, top, nameWidth - 10, rowHeight), Qt::AlignVCenter, row.name);
        top += rowHeight;
    }
    return image;
}

static QString toText(const QString &title, const QList<Measurement> &measurements)
{
    return title + QStringLiteral("\n\n") + toMarkdown(measurements);
}

void print(const QString &title, const QList<Measurement> &measurements)
{
    std::fputs(qPrintable(toText(title, measurements)), stdout);
}

bool report(const QString &title, const QList<Measurement> &measurements, const QString &name)
{
    const QString text = toText(title, measurements);
    print(title, measurements);
    QFile file(name + QStringLiteral(".md"));
    if (file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) > 0
        && toPicture(title, measurements).save(name + QStringLiteral(".png")))
        return true;
    std::fputs(qPrintable(QStringLiteral("cannot save %1.md and %1.png\n").arg(name)), stderr);
    return false;
}

QString grouped(qint64 value)
{
    return QLocale(QLocale::English).toString(value);
}
