// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/tracebuffer_p.h>

#include <QtCore/qbytearray.h>

#include <cstdint>
#include <utility>

namespace SignalBox::detail {

/*!
    Elements of a trace as text. The format is Chrome's, "Trace Event Format", which Perfetto and Qt Creator read: an array of objects. Each
    element ends with ",\n". Names are given as the texts that Tracer makes of them. Reentrant.
*/
class TraceText
{
public:
    TraceText();

    /*! The time and the thread of an element. */
    struct Moment
    {
        std::int64_t time; // steady clock, nanoseconds
        std::uint64_t thread;
    };

    void nameProcess();
    void nameThread(const Moment &moment, const QByteArray &name);
    void beginSlice(const Moment &moment, const QByteArray &name);
    void endSlice(const Moment &moment);
    /*! An arrow to another thread: its begin in the slice that is open, and its end. */
    void leaveFlow(const Moment &moment, std::uint64_t flow) { addFlow("s", moment, flow); }
    void enterFlow(const Moment &moment, std::uint64_t flow) { addFlow("f\",\"bp\":\"e", moment, flow); }
    void count(const Moment &moment, const QByteArray &counter, std::uint64_t value);
    /*! Records were dropped. */
    void noteGap(const Moment &moment, std::uint64_t dropped);

    qsizetype size() const noexcept { return m_text.size(); }
    QByteArray take() noexcept { return std::exchange(m_text, QByteArray()); }

private:
    void beginElement(const char *phase, const Moment &moment);
    void addFlow(const char *phase, const Moment &moment, std::uint64_t flow);

    const QByteArray m_process;
    QByteArray m_text;
};

} // namespace SignalBox::detail
