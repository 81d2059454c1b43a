// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/tracetext_p.h>

#include <SignalBox/qt/observing/tracedirectory_p.h>

#include <QtCore/qcoreapplication.h>

namespace SignalBox::detail {

TraceText::TraceText() : m_process(QByteArray::number(QCoreApplication::applicationPid())) {}

void TraceText::beginElement(const char *phase, const Moment &moment)
{
    const QByteArray nanoseconds = QByteArray::number(qint64(moment.time % 1000)).rightJustified(3, '0');
    m_text.append("{\"ph\":\"").append(phase);
    m_text.append("\",\"ts\":").append(QByteArray::number(qint64(moment.time / 1000))).append('.').append(nanoseconds);
    m_text.append(",\"pid\":").append(m_process);
    m_text.append(",\"tid\":").append(QByteArray::number(quint64(moment.thread)));
}

void TraceText::nameProcess()
{
    m_text.append("{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":").append(m_process);
    m_text.append(",\"args\":{\"name\":").append(TraceDirectory::quoted(QCoreApplication::applicationName())).append("}},\n");
}

// With a time: Qt Creator passes over a name that has none.
void TraceText::nameThread(const Moment &moment, const QByteArray &name)
{
    beginElement("M", moment);
    m_text.append(",\"name\":\"thread_name\",\"args\":{\"name\":").append(name).append("}},\n");
}

void TraceText::beginSlice(const Moment &moment, const QByteArray &name)
{
    beginElement("B", moment);
    m_text.append(',').append(name).append("},\n");
}

void TraceText::endSlice(const Moment &moment)
{
    beginElement("E", moment);
    m_text.append("},\n");
}

void TraceText::addFlow(const char *phase, const Moment &moment, std::uint64_t flow)
{
    beginElement(phase, moment);
    m_text.append(",\"cat\":\"delivery\",\"name\":\"delivery\",\"id\":\"").append(QByteArray::number(quint64(flow), 16)).append("\"},\n");
}

void TraceText::count(const Moment &moment, const QByteArray &counter, std::uint64_t value)
{
    beginElement("C", moment);
    m_text.append(',').append(counter).append(",\"args\":{\"value\":").append(QByteArray::number(quint64(value))).append("}},\n");
}

void TraceText::noteGap(const Moment &moment, std::uint64_t dropped)
{
    beginElement("i", moment);
    m_text.append(",\"s\":\"t\",\"name\":\"gap\",\"args\":{\"dropped\":").append(QByteArray::number(quint64(dropped))).append("}},\n");
}

} // namespace SignalBox::detail
