// SPDX-License-Identifier: MIT
#include "tracerecorder.h"

#include <SignalBox/Trace>

#include <QtCore/qdir.h>
#include <QtCore/qfileinfo.h>

TraceRecorder::TraceRecorder(QObject *parent) : QObject(parent), m_fileName(qEnvironmentVariable("SIGNALBOX_TRACE"))
{
    if (m_fileName.isEmpty())
        m_fileName = QStringLiteral("dashboard-trace.json");
    else
        m_isRecording = true;
    m_fileName = QFileInfo(m_fileName).absoluteFilePath();
}

void TraceRecorder::setRecording(bool recording)
{
    if (recording == m_isRecording)
        return;
    if (!SignalBox::setTraceFile(recording ? m_fileName : QString()))
        m_message = QStringLiteral("Cannot write the trace to %1").arg(QDir::toNativeSeparators(m_fileName));
    else {
        m_isRecording = recording;
        m_message = (recording ? QStringLiteral("Recording the trace to %1") : QStringLiteral("The trace is in %1"))
                            .arg(QDir::toNativeSeparators(m_fileName));
    }
    Q_EMIT changed();
}
