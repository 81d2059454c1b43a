// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qtimer.h>
#include <QtGui/qimage.h>

#include <vector>

// What one way of sending costs a window, and what the user gets for it.
struct Measurement
{
    QString name;
    double worstGap = 0; // between two frames, milliseconds
    double usualGap = 0; // 99 % of the gaps are not longer
    double cpu = 0;      // of the GUI thread, percent of one core
    double memory = 0;   // growth at its highest, MiB
    qint64 sent = 0;
    qint64 shown = 0;    // sent, and in the model at the end, or there before newer ones
    qint64 lost = 0;     // sent, and never shown
    int lines = 0;       // of code that the program needs for this way
};

// Measures the thread that it lives on: a timer is due every 16 ms, as a frame is, and what blocks the thread delays both.
class Meter : public QObject
{
public:
    // Measuring the memory reads each free block: that takes milliseconds, and the caches lose what they held.
    enum class Memory { Measured, Ignored };
    explicit Meter(Memory memory = Memory::Measured);
    void start();
    // Fills in what it has measured since.
    void stop(Measurement &result);

private:
    void takeFrame();

    const Memory m_memory;
    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_lastFrame = 0; // nanoseconds
    std::vector<double> m_gaps;
    double m_cpuBefore = 0; // seconds
    double m_ownCpu = 0; // of looking at the memory
    double m_memoryBefore = 0;
    double m_highestMemory = 0;
};

// The lines of a source that are neither empty, comments, nor #include.
int countLines(const QString &resource);

// The same table as text and as a picture.
QString toMarkdown(const QList<Measurement> &measurements);
QImage toPicture(const QString &title, const QList<Measurement> &measurements);

// Prints the table.
void print(const QString &title, const QList<Measurement> &measurements);
// The same, and saves it as NAME.md and NAME.png. False: that did not work, and it has said so.
bool report(const QString &title, const QList<Measurement> &measurements, const QString &name);

// With spaces between thousands.
QString grouped(qint64 value);
